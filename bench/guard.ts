/**
 * `npm run bench:guard [-- NAME...]`: whether a workload has lost a fifth of its speed against bench/recorded.json, measured in steps of a
 * reference loop. Ends with 1 when one has. `npm run bench:record [-- NAME...]` writes the ratios of this machine anew.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { ChildTimes } from './guard/child.ts'
import { guarded } from './guard/guarded.ts'
import { machineName } from './guard/machine.ts'
import { ratioOf } from './guard/ratio.ts'
import { lossOf, middleOf, type Recorded, type Yardstick, yardstickFor } from './guard/recorded.ts'

const child = fileURLToPath(new URL('./guard/child.ts', import.meta.url))
const recordFile = fileURLToPath(new URL('./recorded.json', import.meta.url))
/** Seconds of processor time: what seems too slow is measured again, in a new process and longer. */
const attemptSeconds = [2, 3, 4, 6, 8, 8, 8]
/** Before the third attempt and each one after: a neighbour's busy minute is to pass. */
const pauseSeconds = 12
const recordSeconds = [3, 3, 3, 3, 3]

function measure(name: string, seconds: number): number {
  const { status, stdout, stderr } = spawnSync(process.execPath, [child, name, `${seconds}`], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} did not run: ${stderr.trim()}`)
  const times: ChildTimes = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  return ratioOf(times)
}

const pause = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseSeconds * 1000)

const readRecorded = (): Recorded => (existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8')) : {})
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

function record(names: readonly string[]): void {
  const machine = machineName()
  const recorded = readRecorded()
  const ratios: Record<string, number> = { ...recorded[machine] }
  for (const name of names) {
    const measured = recordSeconds.map((seconds) => measure(name, seconds))
    ratios[name] = Number(middleOf(measured).toFixed(2))
    console.log(
      `${name.padEnd(14)} ${ratios[name]}, the middle one of ${measured.map((one) => one.toFixed(2)).join(', ')}`,
    )
  }
  writeFileSync(recordFile, `${JSON.stringify({ ...recorded, [machine]: ratios }, null, 2)}\n`)
  console.log(`written to bench/recorded.json for ${machine}`)
}

/** Whether the workload is still as fast: one attempt that shows it is enough, as chance only ever makes it slower. */
function isAsFast(name: string, { ratios, mostLoss }: Yardstick): boolean {
  const before = ratios[name]
  if (before === undefined) {
    console.log(`${name.padEnd(14)} FAILED: no ratio is recorded, npm run bench:record -- ${name}`)
    return false
  }
  const measured: number[] = []
  for (const [attempt, seconds] of attemptSeconds.entries()) {
    if (attempt > 1) pause()
    measured.push(measure(name, seconds))
    if (lossOf(before, Math.min(...measured)) <= mostLoss) break
  }
  const loss = lossOf(before, Math.min(...measured))
  const isFine = loss <= mostLoss
  const change = `${percent(Math.abs(loss))} ${loss > 0 ? 'slower' : 'faster'}`
  const words = `${measured.map((one) => one.toFixed(2)).join(', ')} steps, recorded ${before}: ${change}`
  console.log(`${name.padEnd(14)} ${isFine ? 'ok' : 'FAILED'}: ${words}`)
  return isFine
}

function guard(names: readonly string[]): void {
  const machine = machineName()
  const yardstick = yardstickFor(readRecorded(), machine)
  if (!yardstick) throw new Error('bench/recorded.json has no ratios: npm run bench:record')
  if (yardstick.machine !== machine)
    console.log(`nothing is recorded for ${machine}: held against ${yardstick.machine}`)
  const failed = names.filter((name) => !isAsFast(name, yardstick))
  console.log(
    failed.length === 0
      ? `bench: none of ${names.length} workloads has lost more than ${percent(yardstick.mostLoss)} of its speed`
      : `bench: lost more than ${percent(yardstick.mostLoss)} of their speed: ${failed.join(', ')}`,
  )
  if (failed.length > 0) process.exitCode = 1
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { record: { type: 'boolean' } } })
const unknown = positionals.filter((name) => !guarded.includes(name))
if (unknown.length > 0) throw new Error(`expected some of ${guarded.join(', ')}, found ${unknown.join(', ')}`)
const names = positionals.length > 0 ? positionals : guarded
if (values.record) record(names)
else guard(names)
