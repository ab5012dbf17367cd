/** A replay by as many workers as pay, or as were asked for; where they cannot share it, by this thread alone. */

import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { type Binding, bindingsOf, partitions, type Replayed, type RuleIndex } from '../../../analysis/replay/index.ts'
import { UsageError } from '../exit-code.ts'
import { type Finished, finish, type Prepared, runReplay } from '../run-replay.ts'
import { type Output, Progress } from '../terminal.ts'
import { listerFor } from './lister.ts'
import type { Listing } from './messages.ts'
import { ShardCrew } from './shard-crew.ts'

export interface SharedOptions {
  /** How many were asked for; null: whatever pays. */
  readonly workers: number | null
  /** Null: one does it. */
  readonly crew: ShardCrew | null
  readonly listing: Listing | null
  readonly rules: RuleIndex
  readonly output: Output
}

/** `lines`: how many judgments were listed. */
export interface SharedReplay {
  readonly finished: Finished<Replayed>
  readonly lines: number
}

/**
 * Frames from which on two workers are faster than one, measured with bench/workers.ts: each has to compile for itself. Where each packet
 * is listed they are not: putting the lines in order takes what they save.
 */
const framesThatPay = 10_000_000

/** Bytes of a frame that hardly any capture's frames fall below. */
const shortFrame = 60

export function readWorkers(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > partitions)
    throw new UsageError(`--workers: expected a number from 1 to ${partitions}, found "${text}"`)
  return count
}

/**
 * Starts the workers that share the captures, if there are to be several, before anything else is done: they load what they need in the
 * meantime. `workers` null: as many as pay.
 */
export function startCrew(names: readonly string[], workers: number | null, isListing: boolean): ShardCrew | null {
  const count = workers ?? (isListing ? 1 : countThatPays(names))
  return count < 2 ? null : new ShardCrew(count)
}

export async function runShared(prepared: Prepared, options: SharedOptions): Promise<SharedReplay> {
  const { workers, crew, rules, listing, output } = options
  if (crew === null) return runAlone(prepared, options, 0)
  const obstacle = obstacleOf(prepared)
  if (obstacle !== null || (workers === null && framesIn(prepared) < framesThatPay)) {
    if (workers !== null && obstacle !== null) explain(obstacle)
    await crew.dismiss()
    return runAlone(prepared, options, 0)
  }
  const sizes = prepared.inputs.map(({ size }) => size ?? 0)
  const { task, rulesetText } = prepared
  const outcome = await crew.run({ task, rulesetText, rules, sizes, listing, output, progress: new Progress() })
  if ('why' in outcome) {
    if (workers !== null && !output.isClosed) explain(outcome.why)
    return runAlone(prepared, options, outcome.lines)
  }
  for (const input of prepared.inputs) input.close()
  return { finished: finish(prepared, outcome.replay, outcome.captures), lines: outcome.lines }
}

/** The first lines have been written already: as many as `written`. */
async function runAlone(prepared: Prepared, options: SharedOptions, written: number): Promise<SharedReplay> {
  const { listing, output } = options
  const lineOf = listing && listerFor(listing)
  let lines = 0
  const onJudgment =
    lineOf &&
    ((judgment: Parameters<typeof lineOf>[0]): void => {
      const line = lineOf(judgment)
      if (line === null) return
      lines += 1
      if (lines > written) output.write(line)
    })
  const finished = await runReplay(prepared, { output, onJudgment })
  return { finished, lines }
}

/** As far as sizes tell. */
function countThatPays(names: readonly string[]): number {
  const sizes = names.map((name) => statSync(name, { throwIfNoEntry: false })?.size ?? 0)
  if (sizes.reduce((sum, each) => sum + each, 0) < framesThatPay * shortFrame) return 1
  return Math.min(partitions, availableParallelism())
}

/** How many there probably are. */
function framesIn({ inputs, survey }: Prepared): number {
  const bytes = inputs.reduce((sum, { size }) => sum + (size ?? 0), 0)
  return survey.bytes === 0 ? 0 : (bytes / survey.bytes) * survey.frames
}

/** Why one thread has to do it; null: several can. */
function obstacleOf({ inputs, task }: Prepared): string | null {
  for (const input of inputs) {
    if (input.size === null) return `${input.name} is no file, and can be read only once`
    if (input.isPacked) return `${input.name} is compressed, and can be unpacked only from its beginning`
  }
  const [binding] = bindingsOf(task.ruleset, task.settings)
  return binding ? bindingText(binding) : null
}

const bindingText = ({ source, why }: Binding): string => (source ? `${source.file}:${source.line}: ${why}` : why)

const explain = (why: string): void => void process.stderr.write(`kinwall: one worker has to do it alone: ${why}\n`)
