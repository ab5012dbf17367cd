/**
 * What ten thousand rules cost of which none matches, before the rule that accepts: 60,000 UDP flows, file to counters; and the same with
 * ten. Run: node bench/many-rules.ts
 */

import { inlineMore } from '../src/apps/cli/inline-more.ts'
import { withCapture, writeRecords } from './captures/capture-file.ts'
import { insideAddress, outsideAddress, UdpFlows } from './captures/udp-flows.ts'
import { type Measurement, printWhenProgram } from './harness/measurement.ts'
import {
  createReplay,
  Feeder,
  millionsPerSecond,
  quickestReplay,
  type Timing,
  timingNote,
} from './harness/replay-run.ts'
import type { Rounds } from './harness/rounds.ts'

const flows = 60_000
const packets = 2_000_000
const passes = 3
/** A rule machine without an index walks 10,000 rules for each packet: then less must be enough. */
const longestSeconds = 8
const many = 10_000
const few = 10
const ports = 100

const dotted = (address: number): string =>
  [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.')

/**
 * Addresses times ports. Half of the addresses are ones that packets do come from or go to, but never with that port; the other half has
 * ports that packets do have, but no packet's address. So neither the address nor the port alone rules a rule out.
 */
function ruleOf(number: number): string {
  const row = Math.floor(number / ports)
  const column = number % ports
  const side = row % 4 < 2 ? 'saddr' : 'daddr'
  if (row % 2 === 1)
    return dropRule(side, `203.0.113.${row}`, 53 + (column === 0 ? 0 : (1000 + 7919 * column) % 60_000))
  const address = row % 4 === 0 ? insideAddress(row * 400) : outsideAddress(row)
  // Packets go to port 53 and to ports above 1023: 1 to 101 without 53.
  return dropRule(side, dotted(address), column < 52 ? column + 1 : column + 2)
}

const dropRule = (side: string, address: string, port: number): string =>
  `ip ${side} ${address} udp dport ${port} counter drop`

/** By address, then by port, as people and programs write them; fewer than all are spread over all. */
const inOrder = (count: number): string => listed(count, (index) => Math.floor((index * many) / count))

/** All in an order where neighbours have nothing in common; 1,111 has no factor in common with 10,000. */
const mixed = (count: number): string => listed(count, (index) => (index * 1111) % many)

const listed = (count: number, numberAt: (index: number) => number): string =>
  Array.from({ length: count }, (_, index) => `    ${ruleOf(numberAt(index))}`).join('\n')

const rulesetOf = (rules: string): string => `table inet filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
${rules}
    ct state established,related counter accept
    ct state invalid drop
    iifname "inside" udp dport 53 accept
    iifname "inside" accept
    counter reject
  }
}
`

/** All packets passed by the rules, and none of these took one: otherwise the figure would be of something else. */
function checkNoneMatched({ replay, packets: walked }: Timing): void {
  const { verdicts, rules } = replay.summary([])
  const matched = rules.filter(
    (rule) => rule.text.includes('counter') && rule.text.endsWith('drop') && rule.packets > 0,
  )
  if (verdicts.accept !== walked || matched.length > 0)
    throw new Error(`expected no rule to match, found ${matched.length} and ${verdicts.accept} of ${walked} accepted`)
}

function timeRules(file: string, rules: string, times: number): Timing {
  const text = rulesetOf(rules)
  const timing = quickestReplay(file, () => createReplay(text), times, longestSeconds)
  checkNoneMatched(timing)
  return timing
}

export function measure(): readonly Measurement[] {
  inlineMore()
  return withCapture(new UdpFlows(flows), packets, (file) => {
    const ten = timeRules(file, mixed(few), passes)
    const all = timeRules(file, inOrder(many), passes)
    const shuffled = timeRules(file, mixed(many), 1)
    const unit = 'million packets/s'
    return [
      { name: 'rate', value: millionsPerSecond(all), unit, note: timingNote(all) },
      { name: '10 rules', value: millionsPerSecond(ten), unit, note: timingNote(ten) },
      { name: 'cost against 10 rules', value: millionsPerSecond(ten) / millionsPerSecond(all), unit: 'times' },
      { name: 'rate, mixed order', value: millionsPerSecond(shuffled), unit, note: timingNote(shuffled) },
    ]
  })
}

/** For the guard. */
export function rounds(): Rounds {
  inlineMore()
  const source = new UdpFlows(flows)
  const feeder = new Feeder(createReplay(rulesetOf(inOrder(many))))
  let records: Buffer | null = null
  return {
    prepare: () => {
      records = writeRecords(source, flows, records)
    },
    run: () => {
      if (records) feeder.feed(records)
      return flows
    },
  }
}

await printWhenProgram(import.meta.url, measure)
