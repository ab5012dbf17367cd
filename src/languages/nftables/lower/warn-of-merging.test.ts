/** Where nft 1.0.6 would load something else than the rule says; found with its `--debug=netlink`. */

import { describe, expect, it, test } from 'vitest'
import { parseRuleset } from '../parse-ruleset.ts'

const textOf = (rule: string): string =>
  `table inet t {\n  map m { type ipv4_addr : verdict; }\n  chain c {\n    type filter hook input priority 0;\n    ${rule}\n  }\n}\n`

const warningsOf = (rule: string) => {
  const { diagnostics, ruleset } = parseRuleset([{ name: 'test.nft', text: textOf(rule) }])
  expect(ruleset).not.toBeNull()
  return diagnostics
}

/** Joining changes which packets match, or to which packets the statements between are done. */
const changed = `
  udp sport != 69 udp dport != 22
  udp dport != 22 udp sport != 69
  udp sport != { 69 } udp dport != 22
  udp dport != 22 ct state new udp sport != 69
  udp dport != 22 counter udp sport != 69
  ip ttl != 5 ip protocol != tcp
  ip protocol != tcp ip checksum != 5
  icmp type != echo-request icmp code != 0
  ether saddr != 00:01:02:03:04:05 ether daddr != 00:01:02:03:04:06
  @th,0,16 != 5 @th,16,16 != 6
  tcp flags syn tcp window 5
  tcp window 5 tcp flags syn
  tcp flags { syn } tcp window 5
  tcp flags syn,ack tcp window 5
  tcp flags != syn tcp window != 5
  tcp dport 22 counter tcp sport 5
  tcp sport 5 ip saddr vmap @m tcp dport 22
  tcp sport 5 meta mark set 1 tcp dport 22
  tcp sport 5 limit rate 1/second tcp dport 22
  icmp type echo-request log icmp code 0
`

/** Nothing is joined, or what is joined says the same. */
const kept = `
  udp sport 69 udp dport 22
  udp dport 22 ct state new udp sport 69
  udp sport != 69 udp dport 22
  udp sport != 69-69 udp dport != 22
  udp sport != { 69, 70 } udp dport != 22
  udp sport & 0xffff != 69 udp dport != 22
  udp sport < 69 udp dport < 22
  ip saddr != 1.2.3.4 ip daddr != 5.6.7.8
  ip saddr != 1.2.3.0/24 ip daddr != 5.6.7.8
  ip6 saddr != ::1 ip6 daddr != ::2
  tcp flags syn tcp window != 5
  tcp flags == syn tcp window 5
  tcp flags ! syn tcp window 5
  tcp flags & (syn|ack) != 0 tcp window 5
  tcp flags syn / syn,ack tcp window 5
  tcp flags != 0 / syn tcp window 5
  tcp flags syn tcp doff 5
  tcp sport 5 tcp window 7 counter tcp dport 22
  tcp sport 5 tcp dport 22 counter
  tcp sport 5 counter tcp window 22
`

const linesOf = (table: string): string[] => table.trim().split(/\n\s*/)

describe('nft 1.0.6 loads something else than', () => {
  test.each(linesOf(changed))('%s', (rule) => {
    expect(warningsOf(rule).map(({ code, severity }) => [code, severity])).toEqual([
      ['nft-merged-comparison', 'warning'],
    ])
  })
})

describe('nft 1.0.6 loads what is written as', () => {
  test.each(linesOf(kept))('%s', (rule) => {
    expect(warningsOf(rule)).toEqual([])
  })
})

it('names both places and a way to write it', () => {
  const [warning] = warningsOf('udp sport != 69 udp dport != 22')
  expect(warning?.span).toMatchObject({ line: 5, column: 21, length: 15 })
  expect(warning?.related).toMatchObject([{ span: { line: 5, column: 5, length: 15 } }])
  expect(warning?.hint).toContain('range')
})

it('does not hide errors behind warnings', () => {
  const rules = Array.from({ length: 300 }, () => 'udp sport != 69 udp dport != 22').join('\n    ')
  const { ruleset } = parseRuleset([{ name: 'test.nft', text: textOf(`${rules}\n    jump nowhere`) }])
  expect(ruleset).toBeNull()
})
