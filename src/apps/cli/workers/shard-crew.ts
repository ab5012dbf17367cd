/** The workers of one replay, seen from the program: gives numbers to what they judge, puts their lines in order, and joins what they found. */

import { Worker } from 'node:worker_threads'
import {
  type CaptureSummary,
  createRingMemory,
  FrameRing,
  findScarcity,
  mergeShards,
  Numberer,
  type Replayed,
  type RuleIndex,
  ShardNumbers,
  type ShardResult,
  type ShardTask,
} from '../../../analysis/replay/index.ts'
import type { RulesetText } from '../ruleset-input.ts'
import type { Output, Progress } from '../terminal.ts'
import type { FromWorker, Listing, NumbersOfRun, ToWorker } from './messages.ts'
import { ringShape } from './ring-shape.ts'

type Run = Extract<FromWorker, { kind: 'run' }>
type Lines = Extract<FromWorker, { kind: 'lines' }>

export interface CrewOptions {
  readonly task: Omit<ShardTask, 'ruleset'>
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
class Member {
  readonly runs: Run[] = []
  readonly lines: Lines[] = []
  readonly numbers: ShardNumbers = new ShardNumbers()
  result: ShardResult | null = null
  readonly #worker: Worker

  constructor(news: News) {
    this.#worker = new Worker(new URL('../../../../bin/kinwall-worker.mjs', import.meta.url))
    // Until there is a task, nobody waits for it.
    this.#worker.unref()
    this.#worker.on('message', (message: FromWorker) => {
      if (message.kind === 'run') this.runs.push(message)
      else if (message.kind === 'lines') this.lines.push(message)
      else news.trouble ??= message.why
      news.tell()
    })
    this.#worker.on('error', (error) => {
      news.failure ??= error
      news.tell()
    })
  }

  send(message: ToWorker): void {
    this.#worker.ref()
    this.#worker.postMessage(message)
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
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

  /** The workers load what they need from now on. */
  constructor(count: number) {
    this.#members = Array.from({ length: count }, () => new Member(this.#news))
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
  readonly #ring: FrameRing
  readonly #pace: Int32Array
  readonly #numberer: Numberer = new Numberer()
  #lines = 0

  constructor(members: readonly Member[], news: News, options: CrewOptions) {
    const { task, rulesetText, sizes, listing } = options
    const memory = createRingMemory({ workers: members.length, ...ringShape })
    const pace = new Int32Array(new SharedArrayBuffer(4 * (members.length + 1)))
    this.#options = options
    this.#members = members
    this.#news = news
    this.#ring = new FrameRing(memory, null)
    this.#pace = pace
    for (const [index, member] of members.entries()) {
      const read = index === 0 ? sizes : null
      member.send({ kind: 'task', task, rulesetText, index, memory, sizes: read, listing, pace })
    }
  }

  async run(): Promise<CrewOutcome> {
    const pace = setInterval(() => this.#showPace(), 100)
    try {
      const why = await this.#runAll()
      return why === null ? this.#merge() : { why, lines: this.#lines }
    } finally {
      clearInterval(pace)
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
    for (const [i, member] of this.#members.entries()) {
      const numbers: NumbersOfRun = { kind: 'numbers', judged, entries: entries[i] ?? new Int32Array(0) }
      member.numbers.add(numbers.judged, numbers.entries)
      member.result = runs[i]?.result ?? null
      if (this.#options.listing) member.send(numbers)
    }
    // Whoever waits for frames may look for numbers too.
    this.#ring.wake()
    return null
  }

  /** The lines of the run that was numbered last. */
  async #write(): Promise<string | null> {
    const { listing, output } = this.#options
    if (!listing) return null
    const all: Lines[] = []
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
    const numbers = this.#members.map((member) => member.numbers)
    const replay = mergeShards(results, numbers, this.#options.rules)
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
function writeInOrder(all: readonly Lines[], output: Output): number {
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
