/** Operators, flags and sets. Each line: the rule (in an inet table where no family stands before it), then what it becomes or the codes that refuse it. */

import { describe, it } from 'vitest'
import { check } from '../nftables.fixture.ts'

describe('flags', () => {
  it('are tested bit by bit unless the rule compares them itself', () => {
    check(`
      tcp flags syn -> meta l4proto == 6; (tcp flags & 2 ^ 0) != 0
      tcp flags == syn -> meta l4proto == 6; tcp flags == 2
      tcp flags != syn -> meta l4proto == 6; tcp flags != 2
      tcp flags ! syn -> meta l4proto == 6; (tcp flags & 2 ^ 0) == 0
      tcp flags syn,ack -> meta l4proto == 6; (tcp flags & 18 ^ 0) != 0
      tcp flags & (fin|syn|rst|ack) == syn -> meta l4proto == 6; (tcp flags & 23 ^ 0) == 2
      tcp flags & (syn|ack) syn -> meta l4proto == 6; (tcp flags & 18 ^ 0) == 2
      tcp flags syn / fin,syn,rst,ack -> meta l4proto == 6; (tcp flags & 23 ^ 0) == 2
      tcp flags { syn } -> meta l4proto == 6; (tcp flags & 2 ^ 0) != 0
      tcp flags { syn, ack } -> meta l4proto == 6; tcp flags in { 2, 16 }
      tcp dport 22,23 -> fail:nft-operator
      tcp dport ! 22 -> fail:nft-operator
    `)
  })
})

describe('sets', () => {
  it('are checked against the key and joined where nft joins', () => {
    check(`
      tcp dport { 80, 443 } -> meta l4proto == 6; tcp dport in { 80, 443 }
      tcp dport { 1-10, 5-20 } -> meta l4proto == 6; tcp dport in { 1-20 }
      tcp dport != { 80, 443 } -> meta l4proto == 6; tcp dport not in { 80, 443 }
      ip saddr { 10.0.0.0/8, 10.1.2.3 } -> meta nfproto == 2; ip saddr in { 0xa000000-0xaffffff }
      ip saddr vmap { 10.0.0.0/8 : accept, 10.1.2.3 : drop } -> fail:nft-interval-overlap
      ip saddr @addresses -> meta nfproto == 2; ip saddr in @addresses
      ip saddr . tcp dport @pairs -> meta nfproto == 2; meta l4proto == 6; ip saddr . tcp dport in @pairs
      tcp dport @addresses -> fail:nft-type-mismatch
      ip saddr @adresses -> fail:nft-missing-set
      ip saddr < @addresses -> fail:nft-operator
      ip saddr . tcp dport { 1.2.3.4 . 22, 10.0.0.0/8 . 80-90 } -> meta nfproto == 2; meta l4proto == 6; ip saddr . tcp dport in { 0x1020304:22, 0xa000000:80-0xaffffff:90 }
      ip saddr . tcp dport 1.2.3.4 . 22 -> fail:nft-operator
      ip saddr . tcp dport { 1.2.3.4 } -> fail:nft-type-mismatch
      tcp dport { } -> fail:nft-syntax
      tcp dport vmap { 22 : accept, * : drop } -> meta l4proto == 6; tcp dport vmap { 22 : accept, * : drop }
      tcp dport vmap @verdicts -> meta l4proto == 6; tcp dport vmap @verdicts
      tcp dport vmap @marks -> fail:nft-type-mismatch
      tcp dport vmap { 22 : jump nowhere } -> fail:nft-missing-chain
      ct state vmap { new : jump other, established : accept } -> ct state vmap { 8 : jump other, 2 : accept }
    `)
  })
})
