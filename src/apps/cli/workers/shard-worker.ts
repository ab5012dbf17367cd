/** A worker thread: replays its share of the captures, and lists its judgments as soon as their numbers are known. */

import { setImmediate } from 'node:timers/promises'
import { type MessagePort, parentPort } from 'node:worker_threads'
import { framesInRun, type Judgment, renumbered, ShardNumbers, ShardReplay } from '../../../analysis/replay/index.ts'
import { FileChunks } from '../file-chunks.ts'
import { seededRandom } from '../random.ts'
import { parseAgain, requireRuleset } from '../ruleset-input.ts'
import { listerFor } from './lister.ts'
import {
  type FromWorker,
  type Listing,
  type NumbersOfRun,
  runsAhead,
  type ToWorker,
  type WorkerTask,
} from './messages.ts'

/** Judgments in runs of frames, which wait for their numbers. */
class WaitingJudgments {
  readonly #port: MessagePort
  readonly #line: (judgment: Judgment) => string | null
  readonly #numbers: ShardNumbers = new ShardNumbers()
  readonly #runs: Judgment[][] = [[]]

  constructor(port: MessagePort, listing: Listing) {
    this.#port = port
    this.#line = listerFor(listing)
  }

  add(judgment: Judgment): void {
    this.#runs.at(-1)?.push(judgment)
  }

  endRun(): void {
    this.#runs.push([])
  }

  /** Ended runs without numbers. */
  get waiting(): number {
    return this.#runs.length - 1
  }

  /** Sends off the lines of the oldest run. */
  list({ judged, entries }: NumbersOfRun): void {
    this.#numbers.add(judged, entries)
    const lines: string[] = []
    const numbers: number[] = []
    for (const judgment of this.#runs.shift() ?? []) {
      const numbered = renumbered(judgment, this.#numbers)
      const line = this.#line(numbered)
      if (line === null) continue
      lines.push(line)
      numbers.push(numbered.n)
    }
    const lengths = Int32Array.from(lines, (line) => line.length)
    send(this.#port, { kind: 'lines', text: lines.join(''), numbers: Float64Array.from(numbers), lengths })
  }
}

function send(port: MessagePort, message: FromWorker): void {
  const flows = message.kind === 'run' ? message.result?.flows : undefined
  // Whole buffers are handed over, not copied.
  const buffers = flows ? [flows.words, flows.begins, flows.hot].map(({ buffer }) => buffer) : []
  port.postMessage(
    message,
    buffers.filter((buffer) => buffer instanceof ArrayBuffer),
  )
}

async function work(port: MessagePort): Promise<void> {
  const inbox = new Inbox(port)
  const data = await inbox.task
  const { index, listing, pace } = data
  const waiting = listing && new WaitingJudgments(port, listing)
  const shard = createShard(data, waiting)
  const { watch, replay } = shard
  let entries = 0
  for (let from = 0, hasMore = true; hasMore; ) {
    const until = waiting ? from + framesInRun - 1 : Number.POSITIVE_INFINITY
    while (replay.frames < until && !shard.isAtEnd && watch.trouble === null) {
      const { changes } = shard.ring
      pace[index] = replay.packets
      if (shard.step()) continue
      // What others wait for may have to be listed here first.
      if (waiting) await listNumbered(inbox, waiting)
      shard.ring.wait(changes)
    }
    hasMore = replay.frames >= until
    const needs = shard.needs()
    if (watch.trouble !== null) return send(port, { kind: 'trouble', why: watch.trouble })
    const to = hasMore ? from + framesInRun : (replay.frames + 32) & ~31
    const progress = shard.progress(from, to, entries)
    waiting?.endRun()
    send(port, {
      kind: 'run',
      progress,
      needs,
      limits: replay.sharedLimits,
      result: hasMore ? null : shard.result(),
    })
    from = to
    entries += progress.confirmed.length
    if (waiting) await listNumbered(inbox, waiting, hasMore ? runsAhead : 0)
  }
}

function createShard(data: WorkerTask, waiting: WaitingJudgments | null): ShardReplay {
  const { index, memory, sizes, pace } = data
  const task = { ...data.task, ruleset: requireRuleset(parseAgain(data.rulesetText)) }
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
async function listNumbered(inbox: Inbox, waiting: WaitingJudgments, most = Number.POSITIVE_INFINITY): Promise<void> {
  // Lets in what has come.
  await setImmediate()
  while (inbox.numbered.length > 0 || waiting.waiting > most) {
    const numbers = inbox.numbered.shift()
    if (numbers) waiting.list(numbers)
    else await inbox.arrival()
  }
}

/** What came while the worker was at work. */
class Inbox {
  /** The first that comes. */
  readonly task: Promise<WorkerTask>
  readonly numbered: NumbersOfRun[] = []
  #wake: () => void = () => {}

  constructor(port: MessagePort) {
    this.task = new Promise((resolve) => {
      port.on('message', (message: ToWorker) => {
        if (message.kind === 'task') return resolve(message)
        this.numbered.push(message)
        this.#wake()
      })
    })
  }

  async arrival(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }
}

if (parentPort) {
  const port = parentPort
  try {
    await work(port)
  } catch (error) {
    // What is wrong with a file, one worker says better.
    if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error
    send(port, { kind: 'trouble', why: 'a capture could not be read' })
  }
  port.close()
}
