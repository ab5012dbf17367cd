/** What nat statements become, and what nft refuses of them. Each line: the rule, then the machine's values and bounds, or codes. */

import { describe, expect, it } from 'vitest'
import { check } from '../nftables.fixture.ts'
import { parseRuleset } from '../parse-ruleset.ts'

describe('snat and dnat', () => {
  it('take constants, ranges and prefixes', () => {
    check(`
      ip: dnat to 10.0.0.1 -> dnat ipv4 [0xa000001] address 0
      ip: dnat 10.0.0.1 -> dnat ipv4 [0xa000001] address 0
      ip: snat to 10.0.0.1-10.0.0.9 -> snat ipv4 [0xa000001, 0xa000009] address 0-1
      ip: dnat to 10.0.0.7/24 -> dnat ipv4 [0xa000000, 0xa0000ff] address 0-1
      ip: snat prefix to 10.0.0.0/24 -> snat ipv4 [0xa000000, 0xa0000ff] address 0-1 netmap
      ip: snat ip prefix to 10.0.0.0/24 random -> snat ipv4 [0xa000000, 0xa0000ff] address 0-1 random
      ip: tcp dport 80 dnat to 10.0.0.1:8080 -> meta l4proto == 6; tcp dport == 80; dnat ipv4 [0xa000001, 0x1f90] address 0 port 1
      ip: tcp dport 1 dnat to 10.0.0.1-10.0.0.2:80-90 -> meta l4proto == 6; tcp dport == 1; dnat ipv4 [0xa000001, 0xa000002, 80, 90] address 0-1 port 2-3
      ip: tcp dport 1 dnat to :80-90 -> meta l4proto == 6; tcp dport == 1; dnat ipv4 [80, 90] port 0-1
      ip: tcp dport 1 dnat to 10.0.0.1:http -> meta l4proto == 6; tcp dport == 1; dnat ipv4 [0xa000001, 80] address 0 port 1
      ip6: tcp dport 1 dnat to [::1]-[::9]:80 -> meta l4proto == 6; tcp dport == 1; dnat ipv6 [0:0:0:1, 0:0:0:9, 80] address 0-4 port 8
      ip6: dnat to ::1 -> dnat ipv6 [0:0:0:1] address 0
      ip6: dnat to [::]/126 -> dnat ipv6 [0:0:0:0, 0:0:0:3] address 0-4
      ip: dnat to 10.0.0.1 persistent,random,fully-random -> dnat ipv4 [0xa000001] address 0 random fully-random persistent
      ip: dnat to 10.0.0.1 random persistent -> dnat ipv4 [0xa000001] address 0 persistent
    `)
  })

  it('know in inet tables of which family they are, or ask for it', () => {
    check(`
      dnat to 10.0.0.1 -> fail:nft-protocol-needed
      dnat ip to 10.0.0.1 -> dnat ipv4 [0xa000001] address 0
      dnat ip6 to ::1 -> dnat ipv6 [0:0:0:1] address 0
      dnat ip6 to 10.0.0.1 -> fail:nft-type-mismatch
      meta nfproto ipv4 dnat to 10.0.0.1 -> meta nfproto == 2; dnat ipv4 [0xa000001] address 0
      icmp type echo-request dnat to 10.0.0.1 -> meta nfproto == 2; meta l4proto == 1; icmp type == 8; dnat ipv4 [0xa000001] address 0
      meta protocol ip dnat to 10.0.0.1 -> fail:nft-protocol-needed
      ip6 daddr ::1 dnat ip to 10.0.0.1 -> fail:nft-conflicting-protocols
      ip: dnat ip6 to ::1 -> fail:nft-conflicting-protocols
      ip: dnat to ::1 -> fail:nft-type-mismatch
      tcp dport 1 dnat to :80 -> meta l4proto == 6; tcp dport == 1; dnat [80] port 0
      tcp dport 1 dnat ip to :80 -> fail:nft-syntax
    `)
  })

  it('take ports behind a transport protocol only', () => {
    check(`
      ip: dnat to 10.0.0.1:80 -> fail:nft-protocol-needed
      ip: meta l4proto { tcp, udp } dnat to 10.0.0.1:80 -> meta l4proto in { 6, 17 }; dnat ipv4 [0xa000001, 80] address 0 port 1
      ip: ip protocol { tcp, udp } dnat to :80 -> ip protocol in { 6, 17 }; dnat ipv4 [80] port 0
      ip: meta l4proto gre dnat to :80 -> meta l4proto == 47; dnat ipv4 [80] port 0
      ip: ct protocol tcp dnat to :80 -> ct protocol == 6; dnat ipv4 [80] port 0
      ct protocol tcp dnat to :80 -> fail:nft-protocol-needed
      ip: meta l4proto != tcp dnat to :80 -> fail:nft-protocol-needed
      ip: meta l4proto != { tcp, udp } dnat to :80 -> fail:nft-protocol-needed
      ip: meta l4proto 6-17 dnat to :80 -> fail:nft-protocol-needed
      ip: th dport 53 dnat to :80 -> fail:nft-protocol-needed
      ip: tcp dport vmap @verdicts dnat to :80 -> meta l4proto == 6; tcp dport vmap @verdicts; dnat ipv4 [80] port 0
    `)
  })

  it('take maps to addresses, ports, both, and intervals of them', () => {
    check(`
      ip: dnat to tcp dport map { 80 : 10.0.0.1, 443-445 : 10.0.0.2 } -> meta l4proto == 6; dnat ipv4 [tcp dport map { 80 : 0xa000001, 443-445 : 0xa000002 }] address 0
      ip: dnat to tcp dport map { 80 : 10.0.0.1 }:tcp dport map { 80 : 8080 } -> meta l4proto == 6; dnat ipv4 [tcp dport map { 80 : 0xa000001 }, tcp dport map { 80 : 0x1f90 }] address 0 port 1
      ip: dnat to ip saddr . tcp dport map { 1.1.1.1 . 80 : 10.0.0.1 . 90 } -> meta l4proto == 6; dnat ipv4 [ip saddr . tcp dport map { 0x1010101:80 : 0xa000001:90 }] address 0 port 1
      ip: dnat ip addr . port to ip saddr . tcp dport map { 1.1.1.1 . 80 : 10.0.0.1 . 90 } -> meta l4proto == 6; dnat ipv4 [ip saddr . tcp dport map { 0x1010101:80 : 0xa000001:90 }] address 0 port 1
      ip: tcp dport 1 dnat ip addr . port to 10.0.0.1 . 80 -> meta l4proto == 6; tcp dport == 1; dnat ipv4 [0xa000001, 80] address 0 port 1
      ip: tcp dport 1 dnat ip addr . port to ip saddr map { 1.1.1.1 : 10.0.0.1 } -> fail:nft-type-mismatch
      ip: dnat to ip saddr map { 1.1.1.1 : 10.0.0.1 . 80 } -> fail:nft-protocol-needed
      ip: dnat to ip saddr . th dport map { 1.1.1.1 . 80 : 10.0.0.1 . 80 } -> fail:nft-protocol-needed
      ip: udp dport 1 dnat to ip saddr map @nat-targets -> meta l4proto == 17; udp dport == 1; dnat ipv4 [ip saddr map @nat-targets] address 0 port 1
      ip: dnat to ip saddr map @nat-ranges -> dnat ipv4 [ip saddr map @nat-ranges] address 0-1
      ip: dnat interval to ip saddr map @nat-ranges -> dnat ipv4 [ip saddr map @nat-ranges] address 0-1
      ip: dnat to ip saddr map { 1.1.1.1 : 10.0.0.0/24, 1.1.1.2 : 10.0.1.1 } -> dnat ipv4 [ip saddr map { 0x1010101 : 0xa000000:0xa0000ff, 0x1010102 : 0xa000101:0xa000101 }] address 0-1
      ip: snat prefix to ip saddr map { 10.1.0.0/24 : 10.2.0.0/24 } -> snat ipv4 [ip saddr map { 0xa010000-0xa0100ff : 0xa020000:0xa0200ff }] address 0-1 netmap
      ip: tcp dport 1 dnat to ip saddr map { 1.1.1.1 : 10.0.0.1-10.0.0.2 . 80-90 } -> meta l4proto == 6; tcp dport == 1; dnat ipv4 [ip saddr map { 0x1010101 : 0xa000001:80:0xa000002:90 }] address 0-2 port 1-3
      ip: tcp dport 1 dnat to ip saddr map { 1.1.1.1 : 10.0.0.1 . 80 }:90 -> fail:nft-syntax
      ip: dnat to ip saddr map @marks -> fail:nft-type-mismatch
      ip: dnat to ip saddr map @missing -> fail:nft-missing-set
      dnat ip to ip daddr map { 1.1.1.1 : 10.0.0.1 } -> meta nfproto == 2; dnat ipv4 [ip daddr map { 0x1010101 : 0xa000001 }] address 0
      dnat to ip daddr map { 1.1.1.1 : 10.0.0.1 } -> fail:nft-protocol-needed
      ip: meta mark set ip saddr map { 1.1.1.1 : 1-5 } -> fail:nft-type-mismatch
    `)
  })

  it('take what the rule computes, of the right type', () => {
    check(`
      ip: dnat to ip saddr -> dnat ipv4 [ip saddr] address 0
      ip: dnat to numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 } -> dnat ipv4 [numgen inc mod 2 offset 0 map { 0 : 0xa000001, 1 : 0xa000002 }] address 0
      ip: dnat to numgen inc mod 7 offset 167772161 -> dnat ipv4 [numgen inc mod 7 offset 167772161] address 0
      ip: dnat to meta mark -> fail:nft-type-mismatch
      ip6: dnat to numgen inc mod 7 -> fail:nft-type-mismatch
      ip: tcp dport 1 dnat to 10.0.0.1:tcp sport -> meta l4proto == 6; tcp dport == 1; dnat ipv4 [0xa000001, tcp sport] address 0 port 1
    `)
  })

  it('end the rule, and are refused where nft refuses them', () => {
    check(`
      ip: dnat to 10.0.0.1 accept -> fail:nft-after-verdict
      ip: masquerade counter -> fail:nft-after-verdict
      ip: dnat to 10.0.0.9-10.0.0.1 -> fail:nft-value-range
      ip: tcp dport 1 dnat to 10.0.0.1:90-80 -> fail:nft-value-range
      ip: tcp dport 1 dnat to 10.0.0.1:99999 -> fail:nft-value-range
      ip: dnat to 10.0.0.1, 10.0.0.2 -> fail:nft-syntax
      ip: dnat to { 10.0.0.1, 10.0.0.2 } -> fail:nft-syntax
      ip: dnat to somewhere -> fail:nft-host-name
      ip: dnat to 10.0.0.1 randm -> fail:nft-unknown-statement
    `)
  })
})

describe('masquerade and redirect', () => {
  it('take ports and flags', () => {
    check(`
      masquerade -> masquerade
      ip: masquerade random,persistent -> masquerade ipv4 random persistent
      masquerade to :1024 -> fail:nft-protocol-needed
      tcp dport 1 masquerade to :1024-2048 random -> meta l4proto == 6; tcp dport == 1; masquerade [0x400, 0x800] port 0-1 random
      tcp dport 1 masquerade to 1024 -> fail:nft-syntax
      redirect -> redirect
      tcp dport 1 redirect to :8080 -> meta l4proto == 6; tcp dport == 1; redirect [0x1f90] port 0
      tcp dport 1 redirect to 8080 fully-random -> meta l4proto == 6; tcp dport == 1; redirect [0x1f90] port 0 fully-random
      redirect to :tcp dport map { 22 : 8000 } -> meta l4proto == 6; redirect [tcp dport map { 22 : 0x1f40 }] port 0
      redirect to tcp dport map { 22 : 8000-8010 } -> fail:nft-unsupported-value
      redirect random to 80 -> fail:nft-unknown-statement
    `)
  })
})

describe('numbers that a rule makes', () => {
  const warnings = (rule: string): string[] =>
    parseRuleset([
      { name: 'test.nft', text: `table ip t { chain c { type nat hook prerouting priority 0; ${rule}; } }` },
    ]).diagnostics.map(({ code, severity }) => `${severity} ${code}`)

  it('are warned of as addresses and ports, not as keys of maps', () => {
    expect(warnings('dnat to numgen inc mod 7 offset 167772161')).toEqual(['warning nft-byte-order'])
    expect(warnings('tcp dport 1 dnat to 10.0.0.1:jhash ip saddr mod 9 offset 8000')).toEqual([
      'warning nft-byte-order',
    ])
    expect(warnings('dnat to numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }')).toEqual([])
  })
})
