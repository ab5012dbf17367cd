/** The same way as in replay.ts with a million flows: memory far larger than any cache. Run: node bench/million-flows.ts */

import { inlineMore } from '../src/apps/cli/inline-more.ts'
import { withCapture } from './captures/capture-file.ts'
import { fiveRules } from './captures/five-rules.ts'
import { UdpFlows } from './captures/udp-flows.ts'
import { type Measurement, printWhenProgram } from './harness/measurement.ts'
import { createReplay, millionsPerSecond, quickestReplay, timingNote } from './harness/replay-run.ts'

const flows = 1_000_000
const packets = 6_000_000
const passes = 2

export function measure(): readonly Measurement[] {
  inlineMore()
  return withCapture(new UdpFlows(flows), packets, (file) => {
    const timing = quickestReplay(file, () => createReplay(fiveRules, undefined, 2 * flows), passes)
    const note = timingNote(timing)
    return [{ name: 'rate', value: millionsPerSecond(timing), unit: 'million packets/s', note }]
  })
}

await printWhenProgram(import.meta.url, measure)
