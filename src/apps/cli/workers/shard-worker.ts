/** A worker thread: replays its share of the captures, and lists its judgments as soon as their numbers are known. */

import { setImmediate } from 'node:timers/promises'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Judgment, renumbered, ShardNumbers, ShardReplay } from '../../../analysis/replay/index.ts'
import { FileChunks } from '../file-chunks.ts'
import { seededRandom } from '../random.ts'
import { parseAgain, requireRuleset } from '../ruleset-input.ts'
import { listerFor } from './lister.ts'
import {
  type FromWorker,
  framesInRun,
  type Listing,
  type NumbersOfRun,
  runsAhead,
  type WorkerData,
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

async function work(port: MessagePort, data: WorkerData): Promise<void> {
  const { index, count, sizes, listing, pace } = data
  const task = { ...data.task, ruleset: requireRuleset(parseAgain(data.rulesetText)) }
  const files = task.captures.map((name, i) => new FileChunks(name, sizes[i] ?? 0))
  const waiting = listing && new WaitingJudgments(port, listing)
  const inbox = new Inbox(port)
  const read = (capture: number): Uint8Array | null => {
    pace[2 * index] = shard.replay.packets
    pace[2 * index + 1] = files.reduce((sum, file) => sum + file.position, 0) >>> 10
    return files[capture]?.next() ?? null
  }
  const onJudgment = waiting && ((judgment: Judgment) => waiting.add(judgment))
  const shard = new ShardReplay({ task, index, count, random: seededRandom(1), onJudgment, read })
  const { watch, replay } = shard
  let entries = 0
  for (let from = 0, hasMore = true; hasMore; ) {
    if (waiting) hasMore = shard.runTo(from + framesInRun - 1)
    else {
      shard.run()
      hasMore = false
    }
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

/** Lists what has its numbers by now; where more than `most` runs have not, waits for them. */
async function listNumbered(inbox: Inbox, waiting: WaitingJudgments, most: number): Promise<void> {
  // Lets in what has come.
  await setImmediate()
  while (inbox.numbered.length > 0 || waiting.waiting > most) {
    const numbers = inbox.numbered.shift()
    if (numbers) waiting.list(numbers)
    else await inbox.arrival()
  }
}

/** Numbers that came while the worker was at work. */
class Inbox {
  readonly numbered: NumbersOfRun[] = []
  #wake: () => void = () => {}

  constructor(port: MessagePort) {
    port.on('message', (numbers: NumbersOfRun) => {
      this.numbered.push(numbers)
      this.#wake()
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
    await work(port, workerData)
  } catch (error) {
    // What is wrong with a file, one worker says better.
    if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error
    send(port, { kind: 'trouble', why: 'a capture could not be read' })
  }
  port.close()
}
