/**
 * The program itself on one capture: `kinwall replay` with two workers against one, and whether both say the same.
 * Run: node bench/workers.ts
 */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type RecordSource, withCapture } from './captures/capture-file.ts'
import { fiveRules } from './captures/five-rules.ts'
import { plainMixRuleset, plainMixSides, TcpMix } from './captures/tcp-mix.ts'
import { UdpFlows } from './captures/udp-flows.ts'
import { type Measurement, printWhenProgram } from './harness/measurement.ts'

const program = fileURLToPath(new URL('../bin/kinwall', import.meta.url))
const flows = 60_000
const packets = 20_000_000
/** No more, or the table might have been full, which one worker has to find out. */
const mixPackets = 4_000_000
/** So many for comparing all that is said of each packet. */
const packetsTold = 150_000
/** So many for what starting takes. */
const packetsAtStart = 1000
const passes = 3
const startPasses = 7
const largestOutput = 1 << 30

interface Run {
  readonly seconds: number
  readonly output: string
}

function kinwall(...words: readonly string[]): Run {
  const started = performance.now()
  const ended = spawnSync(program, words, { encoding: 'utf8', maxBuffer: largestOutput })
  if (ended.status !== 0) throw new Error(`kinwall ${words[0]} ended with ${ended.status}: ${ended.stderr}`)
  return { seconds: (performance.now() - started) / 1000, output: ended.stdout }
}

interface Traffic {
  readonly source: () => RecordSource
  readonly ruleset: string
  readonly sides: string
}

const udp: Traffic = { source: () => new UdpFlows(flows), ruleset: fiveRules, sides: 'inside=10.0.0.0/8' }
const mix: Traffic = { source: () => new TcpMix(false), ruleset: plainMixRuleset, sides: plainMixSides }

/** A capture of some traffic, as a file beside its ruleset. */
class Capture {
  readonly #file: string
  readonly #sides: string

  constructor(file: string, { ruleset, sides }: Traffic) {
    this.#file = file
    this.#sides = sides
    writeFileSync(`${file}.nft`, ruleset)
  }

  replay(workers: number, ...words: readonly string[]): Run {
    const file = this.#file
    return kinwall('replay', '-r', `${file}.nft`, '--between', this.#sides, '--workers', `${workers}`, ...words, file)
  }
}

const digest = ({ output }: Run): string => createHash('sha256').update(output).digest('hex')

/** Runs in turn; the quickest of each counts. */
function timeWorkers(capture: Capture): { readonly one: number; readonly two: number; readonly isSame: boolean } {
  const best = { one: Number.POSITIVE_INFINITY, two: Number.POSITIVE_INFINITY }
  let isSame = true
  for (let pass = 0; pass < passes; pass++) {
    const one = capture.replay(1, '--json', '--summary')
    const two = capture.replay(2, '--json', '--summary')
    best.one = Math.min(best.one, one.seconds)
    best.two = Math.min(best.two, two.seconds)
    isSame &&= digest(one) === digest(two)
  }
  return { ...best, isSame }
}

const isSameOfEach = (capture: Capture): boolean =>
  [['--packets'], ['--json'], ['--flows'], []].every(
    (words) => digest(capture.replay(1, ...words)) === digest(capture.replay(2, ...words)),
  )

const withTraffic = <T>(traffic: Traffic, count: number, use: (capture: Capture) => T): T =>
  withCapture(traffic.source(), count, (file) => use(new Capture(file, traffic)))

/** Seconds that a start takes longer with two workers than with one, each at its quickest. */
function startOfSecond(capture: Capture): number {
  const quickest = (workers: number): number =>
    Math.min(...Array.from({ length: startPasses }, () => capture.replay(workers, '--json', '--summary').seconds))
  return quickest(2) - quickest(1)
}

export function measure(): readonly Measurement[] {
  const { one, two, isSame } = withTraffic(udp, packets, timeWorkers)
  const ofMix = withTraffic(mix, mixPackets, timeWorkers)
  const isSameTold = withTraffic(udp, packetsTold, isSameOfEach)
  const start = withTraffic(udp, packetsAtStart, startOfSecond)
  const note = `whole program, starting included, ${packets} packets, quickest of ${passes}`
  return [
    { name: 'one worker', value: packets / one / 1e6, unit: 'million packets/s', note },
    { name: 'two workers', value: packets / two / 1e6, unit: 'million packets/s', note },
    { name: 'times one worker', value: one / two, unit: 'times' },
    {
      name: 'times one worker, TCP',
      value: ofMix.one / ofMix.two,
      unit: 'times',
      note: `the mix of tcp-mix.ts without translation, ${mixPackets} packets; one worker ${(mixPackets / ofMix.one / 1e6).toFixed(2)} million packets/s`,
    },
    {
      name: 'start of the second',
      value: start * 1000,
      unit: 'ms',
      note: `by how much ${packetsAtStart} packets take longer, quickest of ${startPasses}`,
    },
    {
      name: 'identical output',
      value: isSame && ofMix.isSame && isSameTold ? 1 : 0,
      unit: '',
      note: '1: summaries as JSON, packets, flows and the text are the same to the byte',
    },
  ]
}

await printWhenProgram(import.meta.url, measure)
