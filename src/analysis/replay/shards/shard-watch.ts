/**
 * One worker's share of a replay, and its guard: whatever the worker meets that other shards would have a say in is noted here, so
 * that a replay whose shards turn out not to be independent is never taken for the true one.
 */

import type { Conntrack, Expectation } from '../../../model/conntrack/index.ts'
import type { Engine } from '../../../model/engine/index.ts'
import type { Packet } from '../../../model/packet/index.ts'
import { IpView } from '../ip-view.ts'
import { EntryCensus } from './entry-census.ts'
import { GrowingWords } from './growing-words.ts'
import { partitionOf, partitionOfWords, partitions, workerOf } from './partition.ts'
import type { ShardNeeds } from './shard-needs.ts'
import type { SocketWatch } from './socket-watch.ts'

export class ShardWatch {
  /** Why the shard cannot be replayed by itself; null: nothing has shown it. */
  trouble: string | null = null
  /** One bit for each frame of the captures that was judged here: bit n % 32 of word n / 32 for frame n, counted over all from 1. */
  judged: Int32Array = new Int32Array(1024)
  /** Frames by which entries were confirmed, in order: entry i + 1 by the i-th. */
  readonly confirmed: GrowingWords = new GrowingWords()
  readonly #isOwn: Uint8Array
  readonly #census: EntryCensus = new EntryCensus()
  readonly #fragments: Map<number, number> = new Map()
  #expectations = 0
  #engine: Engine | null = null
  #conntrack: Conntrack | null = null
  #sockets: SocketWatch | null = null
  readonly #view: IpView = new IpView()

  /** The parts that belong to worker `index` of `count`. */
  constructor(index: number, count: number) {
    this.#isOwn = Uint8Array.from({ length: partitions }, (_, part) => (workerOf(part, count) === index ? 1 : 0))
  }

  isOwn(partition: number): boolean {
    return this.#isOwn[partition] === 1
  }

  /** Looks at all that passes `engine` from now on. `sockets` null: the host has none. */
  attach(engine: Engine, sockets: SocketWatch | null): void {
    this.#engine = engine
    this.#sockets = sockets
    const { conntrack, fragments } = engine
    this.#conntrack = conntrack
    const draw = conntrack.random
    conntrack.random = () => {
      this.#fail('conntrack drew by lot')
      return draw()
    }
    conntrack.listener = {
      entry: () => {},
      expectation: (kind, one) =>
        kind === 'new' ? this.#noteExpected(conntrack, one) : this.#noteGone(conntrack, one),
    }
    fragments.onPiece4 = (source) => this.#fragments.set(source, (this.#fragments.get(source) ?? 0) + 1)
    const report = fragments.onExpire
    fragments.onExpire = (queue) => {
      if (queue.first !== null && this.#isReported(queue.family)) this.#failForFragments()
      report?.(queue)
    }
  }

  /** Before the frame with this number is judged. */
  begin(frame: number, time: number): void {
    if (frame >>> 5 >= this.judged.length) this.#growJudged()
    this.judged[frame >>> 5]! |= 1 << (frame & 31)
    const census = this.#census
    const conntrack = this.#conntrack
    if (time >= census.until && conntrack) census.note(time, conntrack.count, conntrack.lastId)
    if (this.#sockets) this.#sockets.frame = frame
  }

  /** After it. */
  end(frame: number): void {
    const last = this.#conntrack?.lastId ?? 0
    while (this.confirmed.length < last) this.confirmed.push(frame)
  }

  /** Frames that were judged, with their numbers and times from `from` on: nothing came of them. */
  noteAll(numbers: Int32Array, times: Float64Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      this.begin(numbers[i]!, times[i]!)
      this.end(numbers[i]!)
    }
  }

  /** A packet that is not as it was captured (made by the host, joined from fragments) must belong to the same shard. */
  check(packet: Packet): void {
    this.#view.read(packet.bytes, packet.start, packet.end)
    this.checkView(this.#view)
  }

  checkView(view: IpView): void {
    if (!this.isOwn(partitionOf(view))) this.#fail('a packet led to one of other hosts')
  }

  /** So far. `time`: of the last frame that was looked at. May itself find {@link trouble}. */
  needs(time: number): Omit<ShardNeeds, 'errors'> {
    const engine = this.#engine
    const isOverdue = (family: 4 | 6): boolean =>
      this.#isReported(family) && engine?.fragments.hasOverdue(time, family) === true
    if (isOverdue(4) || isOverdue(6)) this.#failForFragments()
    return {
      entries: this.#census.read(engine?.conntrack.lastId ?? 0),
      expectations: this.#expectations,
      fragmentMemory: engine ? { ...engine.fragments.peak } : { 4: 0, 6: 0 },
      fragments: this.#fragments,
      sockets: this.#sockets && { learned: this.#sockets.learned, denied: this.#sockets.denied },
    }
  }

  /** The last packet has been judged; what ends from now on, nobody sees. */
  close(): void {
    if (this.#engine) this.#engine.conntrack.listener = null
  }

  #fail(why: string): void {
    this.trouble ??= why
  }

  #growJudged(): void {
    const grown = new Int32Array(this.judged.length * 2)
    grown.set(this.judged)
    this.judged = grown
  }

  /** IPv4 senders are told of lost fragments by the destination alone, which the firewall between sides never is. */
  #isReported(family: 4 | 6): boolean {
    return family === 6 || this.#sockets !== null
  }

  /** The host tells the sender at the next packet that comes, whosever it is. */
  #failForFragments(): void {
    this.#fail('fragments waited in vain')
  }

  #noteExpected(conntrack: Conntrack, one: Expectation): void {
    this.#expectations = Math.max(this.#expectations, conntrack.expectationCount)
    const words = conntrack.family(one.master) === 6 ? 4 : 1
    const isExact = one.sourceMask.subarray(0, words).every((word) => word === -1)
    if (!isExact || !this.isOwn(partitionOfWords(one.source, one.destination, words)))
      this.#fail('a connection between other hosts was expected')
  }

  /** What an entry expects goes with it when its time is over, which the table's sweep notices sooner or later. */
  #noteGone(conntrack: Conntrack, one: Expectation): void {
    if (conntrack.isExpired(one.master))
      this.#fail('a connection was expected longer than the one that announced it lived')
  }
}
