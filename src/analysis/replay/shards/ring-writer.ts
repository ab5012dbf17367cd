/** The worker that reads: captures into the ring, block by block. */

import { Clock } from '../clock.ts'
import { CaptureMerge, summariesOf } from '../merge.ts'
import type { CaptureSummary } from '../summary.ts'
import { type BlockSource, MixedCaptures, type ReadCapture, UniformCapture } from './block-sources.ts'
import type { FrameRing } from './frame-ring.ts'
import { RingChunks } from './ring-chunks.ts'
import type { RingSlot } from './ring-slot.ts'

/** No block goes beyond a frame whose number is a multiple of it, where listing workers wait for numbers; a multiple of 32. */
export const framesInRun = 1 << 14

export class RingWriter {
  readonly #ring: FrameRing
  readonly #merge: CaptureMerge
  readonly #chunks: RingChunks
  readonly #source: BlockSource
  readonly #clock: Clock = new Clock()
  #frames = 0

  /** `names`: of the captures. `isUniform` as in `ShardTask`. */
  constructor(ring: FrameRing, names: readonly string[], isUniform: boolean, read: ReadCapture) {
    const { chunkLength } = ring.shape
    this.#ring = ring
    this.#merge = new CaptureMerge(names)
    this.#chunks = new RingChunks(ring)
    const [only] = this.#merge.sources
    this.#source =
      only && isUniform
        ? new UniformCapture(only.reader, this.#chunks, chunkLength, read)
        : new MixedCaptures(this.#merge, this.#chunks, chunkLength, read)
  }

  /** Writes a block, if that is possible now. */
  step(): boolean {
    const ring = this.#ring
    const slot = ring.isEnded ? null : ring.slotToWrite()
    if (slot === null) return false
    // Frames are counted from 1.
    slot.block.room = Math.min(ring.shape.framesInSlot, framesInRun - ((this.#frames + 1) % framesInRun))
    const filled = this.#source.fill(slot)
    if (filled === 'waiting') return false
    if (filled === 'end') ring.end()
    else this.#write(slot)
    return true
  }

  /** What the readers say of their captures. */
  get captures(): readonly CaptureSummary[] {
    return summariesOf(this.#merge)
  }

  #write(slot: RingSlot): void {
    const { block, times } = slot
    const clock = this.#clock
    const { count } = block
    clock.read(count, block.hasTime, block.seconds, block.milliseconds, times)
    if (count > 0) clock.now = times[count - 1]!
    slot.clock.follow(clock)
    slot.framesBefore = this.#frames
    slot.chunk = this.#chunks.use()
    this.#frames += count
    this.#ring.write(slot)
  }
}
