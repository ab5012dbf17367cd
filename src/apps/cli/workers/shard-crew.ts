/** The workers of one replay, seen from the program: gives numbers to what they judge, puts their lines in order, and joins what they found. */

import { Worker } from 'node:worker_threads'
import {
  type CaptureSummary,
  createRingMemory,
  FrameRing,
  findScarcity,
  mergeShards,
  Numberer,
  PacketNumbers,
  type Replayed,
  type RingMemory,
  type RuleIndex,
  ShardNumbers,
  type ShardResult,
  type ShardTask,
} from '../../../analysis/replay/index.ts'
import type { Ruleset } from '../../../model/rules/index.ts'
import type { RulesetText } from '../ruleset-input.ts'
import type { Output, Progress } from '../terminal.ts'
import type { FromWorker, LinesOfRun, Listing, NumbersOfRun, WorkerTask } from './messages.ts'
import { ringShape } from './ring-shape.ts'
import { type Post, work } from './shard-work.ts'

type Run = Extract<FromWorker, { kind: 'run' }>

export interface CrewOptions {
  readonly task: ShardTask
  readonly rulesetText: RulesetText
  readonly rules: RuleIndex
  readonly sizes: readonly number[]
  readonly listing: Listing | null
  readonly output: Output
  readonly progress: Progress
}

/** `lines`: how many were written. They are right, also where it turned out that the shards are not independent (`why`). */
export type CrewOutcome =
  | { readonly replay: Replayed; readonly captures: readonly CaptureSummary[]; readonly lines: number }
  | { readonly why: string; readonly lines: number }

/** What one worker has sent and nobody has taken. */
abstract class Member {
  readonly runs: Run[] = []
  readonly lines: LinesOfRun[] = []
  result: ShardResult | null = null
  readonly #news: News

  constructor(news: News) {
    this.#news = news
  }

  abstract begin(task: WorkerTask, ruleset: Ruleset, onPause: () => void): void
  abstract give(numbers: NumbersOfRun): void
  abstract end(): Promise<void>

  protected take(message: FromWorker): void {
    if (message.kind === 'run') this.runs.push(message)
    else if (message.kind === 'lines') this.lines.push(message)
    else this.#news.trouble ??= message.why
    this.#news.tell()
  }

  protected fail(error: unknown): void {
    this.#news.failure ??= error
    this.#news.tell()
  }
}

/** A thread of its own. */
class ThreadMember extends Member {
  readonly #worker: Worker

  constructor(news: News) {
    super(news)
    this.#worker = new Worker(new URL('../../../../bin/kinwall-worker.mjs', import.meta.url))
    this.#worker.on('message', (message: FromWorker) => this.take(message))
    this.#worker.on('error', (error) => this.fail(error))
    // Until there is a task, nobody waits for it.
    this.#worker.unref()
  }

  begin(task: WorkerTask): void {
    this.#worker.ref()
    this.#worker.postMessage(task)
  }

  give(numbers: NumbersOfRun): void {
    this.#worker.postMessage(numbers)
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}

/** The program's own thread, which has loaded everything already. */
class OwnMember extends Member implements Post {
  readonly numbered: NumbersOfRun[] = []
  #isOver = false
  #onPause: () => void = () => {}
  #wake: () => void = () => {}

  begin(task: WorkerTask, ruleset: Ruleset, onPause: () => void): void {
    this.#onPause = onPause
    work(task, ruleset, this).catch((error: unknown) => this.fail(error))
  }

  give(numbers: NumbersOfRun): void {
    this.numbered.push(numbers)
    this.#wake()
  }

  async end(): Promise<void> {
    this.#isOver = true
  }

  pause(): boolean {
    if (!this.#isOver) this.#onPause()
    return !this.#isOver
  }

  send(message: FromWorker): void {
    this.take(message)
  }

  async arrival(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }

  wait(ring: FrameRing, changes: number): Promise<void> {
    return ring.change(changes)
  }
}

/** Wakes whoever waits for a worker, also when another one is in trouble. */
class News {
  trouble: string | null = null
  failure: unknown = null
  #wake: () => void = () => {}

  tell(): void {
    this.#wake()
  }

  /** The first of the list as soon as there is one; null: there is trouble. */
  async first<T>(list: T[]): Promise<T | null> {
    for (;;) {
      if (this.failure !== null) throw this.failure
      if (this.trouble !== null) return null
      const message = list.shift()
      if (message !== undefined) return message
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

export class ShardCrew {
  readonly #members: readonly Member[]
  readonly #news: News = new News()

  /** This thread and others, which load what they need from now on. */
  constructor(count: number) {
    const threads = Array.from({ length: count - 1 }, () => new ThreadMember(this.#news))
    this.#members = [new OwnMember(this.#news), ...threads]
  }

  /** Once. */
  async run(options: CrewOptions): Promise<CrewOutcome> {
    try {
      return await new SharedRun(this.#members, this.#news, options).run()
    } finally {
      options.progress.end()
      await this.dismiss()
    }
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.end()))
  }
}

class SharedRun {
  readonly #options: CrewOptions
  readonly #members: readonly Member[]
  readonly #news: News
  readonly #memory: RingMemory
  readonly #ring: FrameRing
  readonly #pace: Int32Array
  readonly #numberer: Numberer = new Numberer()
  readonly #packets: PacketNumbers = new PacketNumbers()
  readonly #numbers: readonly ShardNumbers[]
  #lines = 0

  constructor(members: readonly Member[], news: News, options: CrewOptions) {
    this.#options = options
    this.#members = members
    this.#news = news
    this.#numbers = members.map(() => new ShardNumbers(this.#packets))
    this.#memory = createRingMemory({ workers: members.length, ...ringShape })
    this.#ring = new FrameRing(this.#memory, null)
    this.#pace = new Int32Array(new SharedArrayBuffer(4 * (members.length + 1)))
  }

  async run(): Promise<CrewOutcome> {
    this.#begin()
    const why = await this.#runAll()
    return why === null ? this.#merge() : { why, lines: this.#lines }
  }

  #begin(): void {
    const { rulesetText, sizes, listing } = this.#options
    const { ruleset, ...task } = this.#options.task
    const common = { kind: 'task', task, rulesetText, memory: this.#memory, listing, pace: this.#pace } as const
    // The first one, which reads, does not return before it has to wait for others.
    for (const index of [...this.#members.keys()].reverse()) {
      const own = { ...common, index, sizes: index === 0 ? sizes : null }
      this.#members[index]?.begin(own, ruleset, () => this.#showPace())
    }
  }

  /** Answers why it cannot go on, or null at the end. */
  async #runAll(): Promise<string | null> {
    for (;;) {
      const runs: Run[] = []
      for (const member of this.#members) {
        const run = await this.#news.first(member.runs)
        if (run === null) return this.#news.trouble
        runs.push(run)
      }
      const why = this.#number(runs) ?? (await this.#write())
      if (why !== null) return why
      if (runs.every(({ result }) => result !== null)) return null
    }
  }

  /** Gives every worker the numbers of its next run, unless something may have run out within. */
  #number(runs: readonly Run[]): string | null {
    const [first] = runs
    const needs = runs.map((run) => run.needs)
    const scarcity = first ? findScarcity(needs, first.limits) : null
    if (scarcity !== null) return scarcity
    const { judged, entries } = this.#numberer.number(runs.map(({ progress }) => progress))
    this.#packets.add(judged)
    for (const [i, member] of this.#members.entries()) {
      const numbers: NumbersOfRun = { kind: 'numbers', judged, entries: entries[i] ?? new Int32Array(0) }
      this.#numbers[i]?.add(numbers.entries)
      member.result = runs[i]?.result ?? null
      if (this.#options.listing) member.give(numbers)
    }
    // Whoever waits for frames may look for numbers too.
    this.#ring.wake()
    return null
  }

  /** The lines of the run that was numbered last. */
  async #write(): Promise<string | null> {
    const { listing, output } = this.#options
    if (!listing) return null
    const all: LinesOfRun[] = []
    for (const member of this.#members) {
      const lines = await this.#news.first(member.lines)
      if (lines === null) return this.#news.trouble
      all.push(lines)
    }
    this.#lines += writeInOrder(all, output)
    if (output.isFull) await output.flush()
    return output.isClosed ? 'nobody reads any more' : null
  }

  #merge(): CrewOutcome {
    const results = this.#members.flatMap(({ result }) => result ?? [])
    const replay = mergeShards(results, this.#numbers, this.#options.rules)
    if (typeof replay === 'string') return { why: replay, lines: this.#lines }
    return { replay, captures: results.flatMap(({ captures }) => captures ?? []), lines: this.#lines }
  }

  #showPace(): void {
    const { progress, sizes } = this.#options
    const packets = this.#pace.subarray(0, -1).reduce((sum, each) => sum + each, 0)
    const size = sizes.reduce((sum, each) => sum + each, 0)
    progress.show(packets, (this.#pace.at(-1)! * 1024) / size)
  }
}

/** Each worker's lines are in order; writes those of all by their packets' numbers. Answers how many. */
function writeInOrder(all: readonly LinesOfRun[], output: Output): number {
  const places = all.map(() => ({ line: 0, at: 0 }))
  for (let written = 0; ; written++) {
    let first = -1
    let number = Number.POSITIVE_INFINITY
    for (let i = 0; i < all.length; i++) {
      const next = all[i]?.numbers[places[i]!.line] ?? Number.POSITIVE_INFINITY
      if (next >= number) continue
      number = next
      first = i
    }
    const lines = all[first]
    const place = places[first]
    if (!lines || !place) return written
    const end = place.at + lines.lengths[place.line]!
    output.write(lines.text.slice(place.at, end))
    place.at = end
    place.line += 1
  }
}
