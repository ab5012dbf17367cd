/** Several captures as one, by time. A capture's own order is kept, even where its clock ran backwards. */

import { CaptureReader, createFrame, type Frame } from '../capture/index.ts'
import type { CaptureSummary } from './summary.ts'

/** One capture of the replay: who fetches its bytes pushes them into `reader`. */
export interface MergeSource {
  readonly name: string
  readonly reader: CaptureReader
  readonly frame: Frame
  /** A frame waits in `frame`. */
  isReady: boolean
}

/** What {@link CaptureMerge.next} found: a frame (of source `current`), that source `current` needs bytes, or the end. */
export type MergeStep = 'frame' | 'starved' | 'end'

export class CaptureMerge {
  readonly sources: readonly MergeSource[]
  /** Index of the source that the last step was about. */
  current = 0
  #isTaken = false
  readonly #finished: Set<MergeSource> = new Set()

  constructor(names: readonly string[]) {
    this.sources = names.map((name) => ({ name, reader: new CaptureReader(), frame: createFrame(), isReady: false }))
  }

  /** Says that no more bytes come for a source. */
  finish(source: MergeSource): void {
    source.reader.finish()
    this.#finished.add(source)
  }

  /** On to the next frame; the former one is no longer valid. */
  next(): MergeStep {
    const taken = this.sources[this.current]
    if (this.#isTaken && taken) taken.isReady = false
    this.#isTaken = false
    let best = -1
    for (let i = 0; i < this.sources.length; i++) {
      const source = this.sources[i]
      if (!source) continue
      if (!source.isReady) source.isReady = source.reader.next(source.frame)
      if (source.isReady) {
        if (best < 0 || isEarlier(source.frame, this.sources[best]?.frame)) best = i
      } else if (!source.reader.stopped && !this.#finished.has(source)) {
        this.current = i
        return 'starved'
      }
    }
    if (best < 0) return 'end'
    this.current = best
    this.#isTaken = true
    return 'frame'
  }

  /** Of the last step. */
  get source(): MergeSource {
    const source = this.sources[this.current]
    if (!source) throw new RangeError('a merge of no captures has no source')
    return source
  }
}

const isEarlier = (a: Frame, b: Frame | undefined): boolean =>
  b === undefined ||
  a.timeSeconds < b.timeSeconds ||
  (a.timeSeconds === b.timeSeconds && a.timeNanoseconds < b.timeNanoseconds)

/** What the readers say of their captures. */
export const summariesOf = ({ sources }: CaptureMerge): CaptureSummary[] =>
  sources.map(({ name, reader }) => ({
    name,
    format: reader.format ?? null,
    frames: reader.frameCount,
    cutFrames: reader.cutFrameCount,
    problems: reader.problems,
  }))
