/** Which statements the kernel allows on which hooks; asked of Linux with nft, each in a chain that the base chain jumps to. */

import { expect, it } from 'vitest'
import { hookNames } from '../../../model/packet/index.ts'
import { parseRuleset } from '../parse-ruleset.ts'

const codesOf = (hook: string, rule: string, type = 'filter'): string => {
  const text = `table ip t {
    chain d { ${rule}; }
    chain c { type ${type} hook ${hook} priority 0; jump d; }
    chain unreached { ${rule}; }
  }`
  return parseRuleset([{ name: 'test.nft', text }])
    .diagnostics.map(({ code }) => code)
    .join()
}

it.each([
  ['fib daddr type local', 'prerouting input forward output postrouting'],
  ['fib daddr . iif type local', 'prerouting input forward'],
  ['fib daddr . oif type local', 'forward output postrouting'],
  ['fib saddr . iif oif missing', 'prerouting input forward'],
  ['fib saddr oifname "lo"', 'prerouting input forward'],
  ['fib daddr . iif type vmap { local : accept }', 'prerouting input forward'],
  ['tcp option maxseg size set rt mtu', 'forward output postrouting'],
  ['meta pkttype set host', 'prerouting'],
  ['counter reject', 'prerouting input forward output'],
])('%s belongs on %s', (rule, allowed) => {
  for (const hook of hookNames) {
    expect(`${hook} ${codesOf(hook, rule)}`).toBe(`${hook} ${allowed.split(' ').includes(hook) ? '' : 'nft-hook'}`)
  }
})

it.each([
  ['snat to 192.0.2.1', 'input postrouting'],
  ['dnat to 192.0.2.1', 'prerouting output'],
  ['masquerade', 'postrouting'],
  ['redirect', 'prerouting output'],
])('%s belongs in nat chains on %s', (rule, allowed) => {
  for (const hook of hookNames) {
    expect(`${hook} ${codesOf(hook, rule)}`).toBe(`${hook} nft-hook`)
    if (hook === 'forward') continue
    const expected = allowed.split(' ').includes(hook) ? '' : 'nft-hook'
    expect(`${hook} ${codesOf(hook, rule, 'nat')}`).toBe(`${hook} ${expected}`)
  }
})
