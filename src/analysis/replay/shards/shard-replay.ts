/** One worker's share of a replay: the frames of its own hosts are replayed, and whatever has to be done for all frames alike is done in turn with the others. */

import type { ConntrackSettings } from '../../../model/conntrack/index.ts'
import type { Ruleset } from '../../../model/rules/index.ts'
import type { Findings } from '../findings.ts'
import type { FlowData } from '../flow-layout.ts'
import type { Judgment } from '../judgment.ts'
import { Replay } from '../replay.ts'
import type { CaptureSummary } from '../summary.ts'
import type { Survey } from '../vantage/survey.ts'
import type { VantageChoice } from '../vantage/vantage-choice.ts'
import { BlockDecoder } from './block-decoder.ts'
import type { ReadCapture } from './block-sources.ts'
import { FrameRing, type RingMemory } from './frame-ring.ts'
import type { ShardProgress } from './numbering.ts'
import { RingWriter } from './ring-writer.ts'
import type { ShardNeeds } from './shard-needs.ts'
import { ShardWatch } from './shard-watch.ts'

/** What all shards of a replay have in common; plain data but for a ruleset of large sets. */
export interface ShardTask {
  readonly ruleset: Ruleset
  readonly vantage: VantageChoice
  readonly survey: Survey
  /** Names of the captures. */
  readonly captures: readonly string[]
  /** By capture: names of its interfaces, as far as the look ahead met them. */
  readonly interfaceNames: readonly (readonly (string | undefined)[])[]
  /** Whether all frames are of one capture and one interface, as those of a pcap file are. */
  readonly isUniform: boolean
  readonly settings: ConntrackSettings
}

/** What a shard came to; plain data. */
export interface ShardResult {
  readonly findings: Findings
  readonly flows: FlowData
  /** Of the worker that read them. */
  readonly captures: readonly CaptureSummary[] | null
}

export interface ShardOptions {
  readonly task: ShardTask
  readonly index: number
  readonly memory: RingMemory
  /** Of each worker its own, which gives the same numbers. */
  readonly random: () => number
  readonly onJudgment: ((judgment: Judgment) => void) | null
  /** Null: another worker reads. */
  readonly read: ReadCapture | null
}

export class ShardReplay {
  readonly watch: ShardWatch
  readonly replay: Replay
  readonly ring: FrameRing
  readonly #index: number
  readonly #decoder: BlockDecoder
  readonly #writer: RingWriter | null
  /** Blocks that were replayed. */
  #consumed = 0

  constructor({ task, index, memory, random, onJudgment, read }: ShardOptions) {
    const { captures, interfaceNames, isUniform, ...rest } = task
    const { workers } = memory.shape
    this.watch = new ShardWatch(index, workers)
    const captureInterfaceName = (capture: number, number: number): string | undefined => {
      const known = interfaceNames[capture] ?? []
      if (number >= known.length) this.watch.trouble ??= 'a capture describes an interface only later on'
      return known[number]
    }
    this.replay = new Replay({ ...rest, captures, captureInterfaceName, random, onJudgment, shard: this.watch })
    const { entrance } = this.replay
    this.ring = new FrameRing(memory, entrance)
    this.#index = index
    this.#decoder = new BlockDecoder(workers, entrance !== null)
    this.#writer = read && new RingWriter(this.ring, captures, isUniform, read)
  }

  /** A piece of work; false: there is none until another worker gets on with its own, or none at all ({@link isAtEnd}). */
  step(): boolean {
    // Whoever reads reads as far as there is room, so that nobody waits for frames.
    return this.#writer?.step() || this.#replayNext() || this.#decodeNext()
  }

  /** All blocks have been replayed. */
  get isAtEnd(): boolean {
    return this.ring.isEnded && this.#consumed === this.ring.written
  }

  #replayNext(): boolean {
    const { ring } = this
    const next = this.#consumed
    if (!ring.isDecoded(next)) return false
    this.replay.feedOwn(ring.slot(next), this.#index)
    this.#consumed = next + 1
    ring.noteConsumed(this.#index, next + 1)
    return true
  }

  #decodeNext(): boolean {
    const next = this.ring.claim()
    if (next < 0) return false
    this.#decoder.decode(this.ring.slot(next))
    this.ring.noteDecoded(next)
    return true
  }

  /** Of the frames from number `from` up to `to`, both multiples of 32; `entries`: those confirmed before. */
  progress(from: number, to: number, entries: number): ShardProgress {
    const judged = new Int32Array((to - from) >>> 5)
    judged.set(this.watch.judged.subarray(from >>> 5, to >>> 5))
    return { judged, confirmed: this.watch.confirmed.read(entries) }
  }

  /** So far; to be asked for before `watch.trouble` is. */
  needs(): ShardNeeds {
    return { ...this.watch.needs(this.replay.time), errors: this.replay.limitedErrors }
  }

  /** Once, at the end. */
  result(): ShardResult {
    this.watch.close()
    return {
      findings: this.replay.findings(),
      flows: this.replay.flows.data,
      captures: this.#writer?.captures ?? null,
    }
  }
}
