/**
 * TCP connections, DNS and FTP with its helper through a masquerading firewall with sets, from the file to counters.
 * Run: node bench/tcp-mix.ts
 */

import { inlineMore } from '../src/apps/cli/inline-more.ts'
import { withCapture, writeRecords } from './captures/capture-file.ts'
import { mixRuleset, mixSides, TcpMix } from './captures/tcp-mix.ts'
import { type Measurement, printWhenProgram } from './harness/measurement.ts'
import { createReplay, Feeder, millionsPerSecond, quickestReplay, timingNote } from './harness/replay-run.ts'
import type { Rounds } from './harness/rounds.ts'

const packets = 2_000_000
const passes = 3

export function measure(): readonly Measurement[] {
  inlineMore()
  const source = new TcpMix()
  const bytes = source.meanRecordLength - 30
  return withCapture(source, packets, (file) => {
    const timing = quickestReplay(file, () => createReplay(mixRuleset, mixSides), passes)
    const note = `${bytes.toFixed(0)} bytes a packet on average; ${timingNote(timing)}`
    return [{ name: 'rate', value: millionsPerSecond(timing), unit: 'million packets/s', note }]
  })
}

/** For the guard. */
export function rounds(): Rounds {
  inlineMore()
  const source = new TcpMix()
  const feeder = new Feeder(createReplay(mixRuleset, mixSides))
  const packetsARound = 40_000
  let records: Buffer | null = null
  return {
    prepare: () => {
      records = writeRecords(source, packetsARound, records)
    },
    run: () => {
      if (records) feeder.feed(records)
      return packetsARound
    },
  }
}

await printWhenProgram(import.meta.url, measure)
