/**
 * The whole way of a packet: a capture of five million through five stateful rules, from the file to counters and flow table; the kernel
 * forwarding the same packets under the same rules; tcpdump and tshark reading them. Run: node bench/replay.ts
 */

import { inlineMore } from '../src/apps/cli/inline-more.ts'
import { withCapture, writeRecords } from './captures/capture-file.ts'
import { fiveRules } from './captures/five-rules.ts'
import { UdpFlows } from './captures/udp-flows.ts'
import { forwardInKernel } from './harness/kernel.ts'
import { type Measurement, printWhenProgram } from './harness/measurement.ts'
import { measureOther } from './harness/other-programs.ts'
import { createReplay, Feeder, millionsPerSecond, quickestReplay, timingNote } from './harness/replay-run.ts'
import type { Rounds } from './harness/rounds.ts'

const flows = 60_000
const packets = 5_000_000
const passes = 8
/** tcpdump and tshark take minutes for five million. */
const packetsOfOthers = 300_000
const unit = 'million packets/s'

export function measure(): readonly Measurement[] {
  // As the program does.
  inlineMore()
  const ours = withCapture(new UdpFlows(flows), packets, measureReplay)
  return [...ours, ...withCapture(new UdpFlows(flows), packetsOfOthers, measureOthers)]
}

function measureReplay(file: string): readonly Measurement[] {
  const timing = quickestReplay(file, () => createReplay(fiveRules), passes)
  const rate = millionsPerSecond(timing)
  const kernel = forwardInKernel(file)
  const { conntrack, flows: rows } = timing.replay.memory
  return [
    {
      name: 'rate',
      value: rate,
      unit,
      note: timingNote(timing),
    },
    ...kernel,
    timesKernel(rate, kernel),
    { name: 'table per flow', value: conntrack / flows, unit: 'bytes', note: 'conntrack only' },
    { name: 'row per flow', value: rows / flows, unit: 'bytes', note: 'what the report says of a flow' },
  ]
}

function timesKernel(rate: number, kernel: readonly Measurement[]): Measurement {
  const figure = { name: 'times the kernel', unit: 'times' }
  const { value = null, note = '' } = kernel.find(({ name }) => name === 'kernel') ?? {}
  return value === null ? { ...figure, value, note } : { ...figure, value: rate / value }
}

const measureOthers = (file: string): readonly Measurement[] => [
  measureOther('tcpdump', file, packetsOfOthers),
  measureOther('tshark', file, packetsOfOthers),
]

/** For the guard: a round is two packets of each flow. */
export function rounds(): Rounds {
  inlineMore()
  const source = new UdpFlows(flows)
  const feeder = new Feeder(createReplay(fiveRules))
  let records: Buffer | null = null
  return {
    prepare: () => {
      records = writeRecords(source, 2 * flows, records)
    },
    run: () => {
      if (records) feeder.feed(records)
      return 2 * flows
    },
  }
}

await printWhenProgram(import.meta.url, measure)
