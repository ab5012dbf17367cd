/** For this room's tests: one rule in a table with sets, chains and objects to refer to; what it becomes, or the code that refuses it. */

import { expect } from 'vitest'
import { loweredText } from './lowered-text.fixture.ts'
import { parseRuleset } from './parse-ruleset.ts'

const surroundings = (family: string): string => `table ${family} t {
  counter web { }
  quota daily { 10 mbytes }
  limit slow { rate 1/second }
  ct helper ftp-standard { type "ftp" protocol tcp; }
  ct timeout short { protocol tcp; policy = { established: 100 }; }
  ct expectation more { protocol tcp; dport 2121; timeout 1m; size 3; l3proto ip; }
  set addresses { type ipv4_addr; elements = { 1.2.3.4 } }
  set recent { type ipv4_addr; flags dynamic,timeout; size 100; timeout 1m; }
  set pairs { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 1-1023 } }
  set knocks { type ipv4_addr . inet_service; flags dynamic,timeout; }
  map marks { type inet_service : mark; elements = { 80 : 7 } }
  map verdicts { type inet_service : verdict; elements = { 80 : jump other } }
  map counters { type inet_service : counter; elements = { 80 : "web" } }
  chain other { }
  map nat-targets { type ipv4_addr : ipv4_addr . inet_service; elements = { 1.1.1.1 : 10.0.0.1 . 80 } }
  map targets { type ipv4_addr : ipv4_addr . inet_service; flags dynamic,timeout; }
  map nat-ranges { type ipv4_addr : interval ipv4_addr; elements = { 1.1.1.1 : 10.0.0.1-10.0.0.9 } }
  chain filtering { type filter hook forward priority 0; }
  chain arriving { type nat hook prerouting priority 0; }
  chain leaving { type nat hook postrouting priority 0; }
}
`

/** Rules with a nat statement stand in a chain that may have it. */
function chainFor(rule: string): string {
  if (/\b(dnat|redirect)\b/.test(rule)) return 'arriving'
  return /\b(snat|masquerade)\b/.test(rule) ? 'leaving' : 'filtering'
}

/** Lowered text of the rule, or `fail:` and the codes. */
export function outcome(family: 'ip' | 'ip6' | 'inet', rule: string): string {
  const text = `${surroundings(family)}add rule ${family} t ${chainFor(rule)} ${rule}\n`
  const { ruleset, diagnostics } = parseRuleset([{ name: 'test.nft', text }])
  if (!ruleset) return `fail:${diagnostics.map(({ code }) => code).join(',')}`
  const chain = ruleset.tables[0]?.chains.find(({ name }) => name === chainFor(rule))
  return loweredText(chain?.rules.at(-1)?.statements ?? [])
}

/** A table of cases: `rule -> outcome`, one a line; `family:` before a rule where it is not inet. */
export function check(table: string): void {
  for (const line of table.trim().split('\n')) {
    const [left = '', right = ''] = line.trim().split(' -> ')
    const [, family = 'inet', rule = ''] = /^(?:(ip|ip6|inet): )?(.*)$/.exec(left.trim()) ?? []
    if (family !== 'ip' && family !== 'ip6' && family !== 'inet') throw new Error(`unknown family in ${line}`)
    expect(`${left.trim()} -> ${outcome(family, rule)}`).toBe(`${left.trim()} -> ${right.trim()}`)
  }
}
