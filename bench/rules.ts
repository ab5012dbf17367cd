/** Nanoseconds per packet of the rule machine alone: a five-rule stateful ruleset, and ten thousand rules. */

import { buildTcp, buildUdp, Hook, HookVerdict, type Packet, packetOf } from '../src/model/packet/index.ts'
import type { CompiledRuleset, Statement } from '../src/model/rules/index.ts'
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
  verdict,
} from '../src/model/rules/rules.fixture.ts'

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

function measure(title: string, rules: CompiledRuleset, packet: Packet, rounds: number): void {
  const run = rules.baseChains[0]?.run
  if (!run) return
  packet.hook = Hook.input
  let accepted = 0
  for (let i = 0; i < rounds / 4; i++) if (run(packet) === HookVerdict.accept) accepted++
  const start = performance.now()
  for (let i = 0; i < rounds; i++) if (run(packet) === HookVerdict.accept) accepted++
  const nanoseconds = ((performance.now() - start) * 1e6) / rounds
  console.log(`${title.padEnd(64)} ${nanoseconds.toFixed(1).padStart(10)} ns a packet`)
  if (accepted === 0) console.log(`${title}: nothing was accepted`)
}

const million = 1_000_000
measure('five rules, established (first rule)', compiled(fiveRules), udp(2), 20 * million)
measure('five rules, new (last rule)', compiled(fiveRules), udp(8), 10 * million)
const many = compiled(manyRules(10_000))
measure('10,000 rules by address, first', many, tcp(addressOf(0)), 5 * million)
measure('10,000 rules by address, last', many, tcp(addressOf(9_999)), 5 * million)
measure('10,000 rules by address, none', many, tcp('192.0.2.1'), 5 * million)
measure('10,000 rules that no index helps', compiled(walkedRules(10_000)), tcp('192.0.2.1'), 5_000)
