/**
 * The program itself on one capture: `kinwall replay` with two workers against one, and whether both say the same.
 * Run: node bench/workers.ts
 */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { withCapture } from './captures/capture-file.ts'
import { fiveRules } from './captures/five-rules.ts'
import { UdpFlows } from './captures/udp-flows.ts'
import { type Measurement, printWhenProgram } from './harness/measurement.ts'

const program = fileURLToPath(new URL('../bin/kinwall', import.meta.url))
const flows = 60_000
const packets = 20_000_000
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

const replay = (file: string, workers: number, ...words: readonly string[]): Run =>
  kinwall('replay', '-r', `${file}.nft`, '--between', 'inside=10.0.0.0/8', '--workers', `${workers}`, ...words, file)

const digest = ({ output }: Run): string => createHash('sha256').update(output).digest('hex')

/** Runs in turn; the quickest of each counts. */
function timeWorkers(file: string): { readonly one: number; readonly two: number; readonly isSame: boolean } {
  const best = { one: Number.POSITIVE_INFINITY, two: Number.POSITIVE_INFINITY }
  let isSame = true
  for (let pass = 0; pass < passes; pass++) {
    const one = replay(file, 1, '--json', '--summary')
    const two = replay(file, 2, '--json', '--summary')
    best.one = Math.min(best.one, one.seconds)
    best.two = Math.min(best.two, two.seconds)
    isSame &&= digest(one) === digest(two)
  }
  return { ...best, isSame }
}

const isSameOfEach = (file: string): boolean =>
  [['--packets'], ['--json'], ['--flows'], []].every(
    (words) => digest(replay(file, 1, ...words)) === digest(replay(file, 2, ...words)),
  )

function withRuleset<T>(count: number, use: (file: string) => T): T {
  return withCapture(new UdpFlows(flows), count, (file) => {
    writeFileSync(`${file}.nft`, fiveRules)
    return use(file)
  })
}

/** Seconds that a start takes longer with two workers than with one, each at its quickest. */
function startOfSecond(file: string): number {
  const quickest = (workers: number): number =>
    Math.min(...Array.from({ length: startPasses }, () => replay(file, workers, '--json', '--summary').seconds))
  return quickest(2) - quickest(1)
}

export function measure(): readonly Measurement[] {
  const { one, two, isSame } = withRuleset(packets, timeWorkers)
  const isSameTold = withRuleset(packetsTold, isSameOfEach)
  const start = withRuleset(packetsAtStart, startOfSecond)
  const note = `whole program, starting included, ${packets} packets, quickest of ${passes}`
  return [
    { name: 'one worker', value: packets / one / 1e6, unit: 'million packets/s', note },
    { name: 'two workers', value: packets / two / 1e6, unit: 'million packets/s', note },
    { name: 'times one worker', value: one / two, unit: 'times' },
    {
      name: 'start of the second',
      value: start * 1000,
      unit: 'ms',
      note: `by how much ${packetsAtStart} packets take longer, quickest of ${startPasses}`,
    },
    {
      name: 'identical output',
      value: isSame && isSameTold ? 1 : 0,
      unit: '',
      note: '1: summaries as JSON, packets, flows and the text are the same to the byte',
    },
  ]
}

await printWhenProgram(import.meta.url, measure)
