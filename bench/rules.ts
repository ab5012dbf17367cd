/** Nanoseconds per packet of the rule machine alone, in both forms of code: a five-rule stateful ruleset, and ten thousand rules. */

import {
  address,
  compare,
  compiled,
  ct,
  element,
  field,
  interfaceName,
  lookup,
  masked,
  meta,
  portField,
  set,
  surroundings,
  verdict,
} from '../src/model/machine/rules.fixture.ts'
import {
  buildTcp,
  buildUdp,
  Hook,
  type HookFunction,
  HookVerdict,
  type Packet,
  packetOf,
} from '../src/model/packet/index.ts'
import type { Statement } from '../src/model/rules/index.ts'

const accept = verdict('accept')
const isTcp = compare(meta('l4proto'), '==', 6)
const isUdp = compare(meta('l4proto'), '==', 17)

const fiveRules: readonly (readonly Statement[])[] = [
  [compare(masked(ct('state'), 6), '!=', 0), accept],
  [compare(masked(ct('state'), 1), '!=', 0), verdict('drop')],
  [compare(meta('iifname'), '==', ...interfaceName('lo')), accept],
  [isTcp, lookup(field['th dport'], set([portField], [element([22]), element([80]), element([443])])), accept],
  [isUdp, compare(field['th dport'], '==', 53), accept],
]

const addressOf = (i: number): string => `10.${i >>> 16}.${(i >>> 8) & 255}.${i & 255}`

/** `ip saddr ADDRESS tcp dport PORT accept`, as nft lowers it. */
const manyRules = (count: number): readonly (readonly Statement[])[] =>
  Array.from({ length: count }, (_, i) => [
    compare(meta('nfproto'), '==', 2),
    compare(field['ip saddr'], '==', ...address(addressOf(i))),
    isTcp,
    compare(field['th dport'], '==', 22),
    accept,
  ])

/** The same rules, each with a limit of ports first, which no index helps. */
const walkedRules = (count: number): readonly (readonly Statement[])[] =>
  Array.from({ length: count }, (_, i) => [compare(field['th dport'], '<', i % 20), verdict('drop')])

const udp = (state: number): Packet =>
  Object.assign(packetOf(buildUdp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 5000, toPort: 53 }), 2), {
    state,
    entry: 1,
  })
const tcp = (from: string): Packet =>
  Object.assign(packetOf(buildTcp({ from, to: '10.0.0.2', fromPort: 5000, toPort: 22 }), 2), { state: 8, entry: 1 })

const forms = ['source', 'closures'] as const
const attempts = 5

/** Nanoseconds of one packet, the best of a few attempts at each form in turn. */
function measure(title: string, rules: readonly (readonly Statement[])[], packet: Packet, rounds: number): void {
  const chains = forms.map((form) => compiled(rules, surroundings(), {}, null, form).baseChains[0]!.run)
  packet.hook = Hook.input
  const best = forms.map(() => Number.POSITIVE_INFINITY)
  for (let attempt = 0; attempt < attempts; attempt++)
    for (const [i, run] of chains.entries()) best[i] = Math.min(best[i]!, time(run, packet, rounds / attempts))
  const columns = best.map((nanoseconds) => nanoseconds.toFixed(1).padStart(12))
  console.log(`${title.padEnd(48)}${columns.join('')}`)
}

function time(run: HookFunction, packet: Packet, rounds: number): number {
  let accepted = 0
  const start = performance.now()
  for (let i = 0; i < rounds; i++) if (run(packet) === HookVerdict.accept) accepted++
  const nanoseconds = ((performance.now() - start) * 1e6) / rounds
  if (accepted === 0) console.log('nothing was accepted')
  return nanoseconds
}

const million = 1_000_000
console.log(`${'nanoseconds a packet'.padEnd(48)}${forms.map((form) => form.padStart(12)).join('')}`)
measure('five rules, established (first rule)', fiveRules, udp(2), 20 * million)
measure('five rules, new (last rule)', fiveRules, udp(8), 10 * million)
const many = manyRules(10_000)
measure('10,000 rules by address, first', many, tcp(addressOf(0)), 5 * million)
measure('10,000 rules by address, last', many, tcp(addressOf(9_999)), 5 * million)
measure('10,000 rules by address, none', many, tcp('192.0.2.1'), 5 * million)
measure('10,000 rules that no index helps', walkedRules(10_000), tcp('192.0.2.1'), 5_000)
