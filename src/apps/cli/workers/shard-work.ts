/** A worker's work, in a thread of its own or in the program's: replays a share of the captures, and lists its judgments as soon as their numbers are known. */

import { setImmediate } from 'node:timers/promises'
import { type FrameRing, framesInRun, type Judgment, ShardReplay } from '../../../analysis/replay/index.ts'
import type { Ruleset } from '../../../model/rules/index.ts'
import { FileChunks } from '../file-chunks.ts'
import { seededRandom } from '../random.ts'
import { type FromWorker, type NumbersOfRun, runsAhead, type WorkerTask } from './messages.ts'
import { WaitingJudgments } from './waiting-judgments.ts'

/** How a worker and the program reach each other. */
export interface Post {
  send(message: FromWorker): void
  /** What has come and was not taken. */
  readonly numbered: NumbersOfRun[]
  /** Until there is more of it. */
  arrival(): Promise<void>
  /** Until another worker gets on: until `ring.changes` is no longer `changes`. */
  wait(ring: FrameRing, changes: number): Promise<void> | void
  /** Between two pieces of work. False: nobody wants it any more. */
  pause(): boolean
}

export async function work(data: WorkerTask, ruleset: Ruleset, post: Post): Promise<void> {
  try {
    await replayShare(data, ruleset, post)
  } catch (error) {
    // What is wrong with a file, one worker says better.
    if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error
    post.send({ kind: 'trouble', why: 'a capture could not be read' })
  }
}

async function replayShare(data: WorkerTask, ruleset: Ruleset, post: Post): Promise<void> {
  const { listing } = data
  const waiting = listing && new WaitingJudgments(listing)
  const shard = createShard(data, ruleset, waiting)
  const { watch, replay } = shard
  let entries = 0
  for (let from = 0, hasMore = true; hasMore; ) {
    const until = waiting ? from + framesInRun - 1 : Number.POSITIVE_INFINITY
    while (replay.frames < until && !shard.isAtEnd && watch.trouble === null) {
      const { changes } = shard.ring
      data.pace[data.index] = replay.packets
      if (!post.pause()) return
      if (shard.step()) continue
      // What others wait for may have to be listed here first.
      if (waiting) await listNumbered(post, waiting)
      await post.wait(shard.ring, changes)
    }
    hasMore = replay.frames >= until
    const needs = shard.needs()
    if (watch.trouble !== null) return post.send({ kind: 'trouble', why: watch.trouble })
    const to = hasMore ? from + framesInRun : (replay.frames + 32) & ~31
    const progress = shard.progress(from, to, entries)
    waiting?.endRun()
    const result = hasMore ? null : shard.result()
    post.send({ kind: 'run', progress, needs, limits: replay.sharedLimits, result })
    from = to
    entries += progress.confirmed.length
    if (waiting) await listNumbered(post, waiting, hasMore ? runsAhead : 0)
  }
}

function createShard(data: WorkerTask, ruleset: Ruleset, waiting: WaitingJudgments | null): ShardReplay {
  const { index, memory, sizes, pace } = data
  const task = { ...data.task, ruleset }
  const onJudgment = waiting && ((judgment: Judgment) => waiting.add(judgment))
  const read = sizes && readerOf(task.captures, sizes, pace)
  return new ShardReplay({ task, index, memory, random: seededRandom(1), onJudgment, read })
}

function readerOf(
  names: readonly string[],
  sizes: readonly number[],
  pace: Int32Array,
): (capture: number, into: Uint8Array) => number {
  const files = names.map((name, i) => new FileChunks(name, sizes[i] ?? 0))
  return (capture, into) => {
    pace[pace.length - 1] = files.reduce((sum, { position }) => sum + position, 0) >>> 10
    return files[capture]?.read(into) ?? 0
  }
}

/** Lists what has its numbers by now; where more than `most` runs have not, waits for them. */
async function listNumbered(post: Post, waiting: WaitingJudgments, most = Number.POSITIVE_INFINITY): Promise<void> {
  // Lets in what has come.
  await setImmediate()
  while (post.numbered.length > 0 || waiting.waiting > most) {
    const numbers = post.numbered.shift()
    if (numbers) post.send(waiting.list(numbers))
    else await post.arrival()
  }
}
