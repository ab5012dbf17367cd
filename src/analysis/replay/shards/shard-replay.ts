/** One worker's share of a replay: all frames are looked at, those of its own hosts are replayed. */

import type { ConntrackSettings } from '../../../model/conntrack/index.ts'
import type { Ruleset } from '../../../model/rules/index.ts'
import {
  blockLength,
  type CaptureReader,
  createFrame,
  createLinkLayer,
  decodeLink,
  type Frame,
  FrameBlock,
  type LinkLayer,
} from '../../capture/index.ts'
import type { Findings } from '../findings.ts'
import type { FlowData } from '../flow-layout.ts'
import { IpView } from '../ip-view.ts'
import type { Judgment } from '../judgment.ts'
import { CaptureMerge } from '../merge.ts'
import { Replay } from '../replay.ts'
import type { CaptureSummary } from '../summary.ts'
import type { Survey } from '../vantage/survey.ts'
import type { VantageChoice } from '../vantage/vantage-choice.ts'
import type { ShardProgress } from './numbering.ts'
import { noPartition, partitionOf, partitionOfFrame } from './partition.ts'
import type { ShardNeeds } from './shard-needs.ts'
import { ShardWatch } from './shard-watch.ts'

/** LINKTYPE_ETHERNET */
const ethernet = 1

/** What all shards of a replay have in common; plain data but for a ruleset of large sets. */
export interface ShardTask {
  readonly ruleset: Ruleset
  readonly vantage: VantageChoice
  readonly survey: Survey
  /** Names of the captures. */
  readonly captures: readonly string[]
  /** By capture: names of its interfaces, as far as the look ahead met them. */
  readonly interfaceNames: readonly (readonly (string | undefined)[])[]
  readonly settings: ConntrackSettings
}

/** What a shard came to; plain data. */
export interface ShardResult {
  readonly findings: Findings
  readonly flows: FlowData
  readonly captures: readonly CaptureSummary[]
}

export interface ShardOptions {
  readonly task: ShardTask
  readonly index: number
  readonly count: number
  /** Of each worker its own, which gives the same numbers. */
  readonly random: () => number
  readonly onJudgment: ((judgment: Judgment) => void) | null
  /** The next bytes of a capture; null: there are none. They are used up when it is called again for the same capture. */
  readonly read: (capture: number) => Uint8Array | null
}

export class ShardReplay {
  readonly watch: ShardWatch
  readonly replay: Replay
  readonly #merge: CaptureMerge
  readonly #read: (capture: number) => Uint8Array | null
  readonly #frame: Frame = createFrame()
  readonly #isOwn: Uint8Array = new Uint8Array(blockLength)
  readonly #link: LinkLayer = createLinkLayer()
  readonly #view: IpView = new IpView()

  constructor({ task, index, count, random, onJudgment, read }: ShardOptions) {
    const { captures, interfaceNames, ...rest } = task
    this.watch = new ShardWatch(index, count)
    this.#merge = new CaptureMerge(captures)
    const captureInterfaceName = (capture: number, number: number): string | undefined =>
      this.#merge.sources[capture]?.reader.interfaces[number]?.name ?? interfaceNames[capture]?.[number]
    this.replay = new Replay({ ...rest, captures, captureInterfaceName, random, onJudgment, shard: this.watch })
    this.#read = read
  }

  /** On until `frames` frames have been looked at; false: there are no more, or there is trouble. */
  runTo(frames: number): boolean {
    const { replay, watch } = this
    while (replay.frames < frames) {
      const step = this.#merge.next()
      if (step === 'end' || watch.trouble !== null) return false
      if (step === 'frame') this.#take(this.#merge.source.frame, this.#merge.current)
      else this.#feed(this.#merge.current)
    }
    return true
  }

  /** To the end, or until there is trouble. */
  run(): void {
    const [only] = this.#merge.sources
    if (!only || this.#merge.sources.length > 1) this.runTo(Number.POSITIVE_INFINITY)
    else this.#runBlocks(only.reader)
  }

  /** A single capture's frames need not be taken one by one. */
  #runBlocks(reader: CaptureReader): void {
    const block = new FrameBlock()
    while (this.watch.trouble === null && !reader.stopped) {
      const bytes = this.#read(0)
      if (bytes === null) break
      reader.push(bytes)
      this.#feedBlocks(reader, block)
    }
    reader.finish()
    this.#feedBlocks(reader, block)
  }

  /** What is at hand. */
  #feedBlocks(reader: CaptureReader, block: FrameBlock): void {
    while (this.watch.trouble === null && reader.nextBlock(block)) {
      this.#share(block)
      this.replay.feedBlock(block, 0, this.#isOwn)
    }
  }

  /** Which frames of the block are this shard's. */
  #share(block: FrameBlock): void {
    const { bytes, view, starts, capturedLengths, linkType, count } = block
    for (let i = 0; i < count; i++) {
      let partition = linkType === ethernet ? partitionOfFrame(bytes, view, starts[i]!, capturedLengths[i]!) : -1
      if (partition < 0) {
        block.read(i, this.#frame)
        partition = this.#partitionOf(this.#frame)
      }
      this.#isOwn[i] = this.watch.isOwn(partition) ? 1 : 0
    }
  }

  #feed(capture: number): void {
    const bytes = this.#read(capture)
    if (bytes === null) this.#merge.finish(this.#merge.source)
    else this.#merge.source.reader.push(bytes)
  }

  #take(frame: Frame, capture: number): void {
    if (this.watch.isOwn(this.#partitionOf(frame))) this.replay.feed(frame, capture)
    else this.replay.passBy(frame.hasTime, frame.timeSeconds, frame.timeNanoseconds / 1e6)
  }

  #partitionOf(frame: Frame): number {
    decodeLink(frame, this.#link)
    const { kind, networkStart, networkLength } = this.#link
    if (kind === 'skip') return noPartition
    this.#view.read(frame.bytes, networkStart, networkStart + networkLength)
    return partitionOf(this.#view)
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
      captures: this.#merge.sources.map(({ name, reader }) => ({
        name,
        format: reader.format ?? null,
        frames: reader.frameCount,
        cutFrames: reader.cutFrameCount,
        problems: reader.problems,
      })),
    }
  }
}
