/** Where the blocks of a ring come from: a capture whose frames are all of a kind, read as it is, or several captures or kinds, frame by frame. */

import { type CaptureReader, createFrame, type Frame, type FrameBlock } from '../../capture/index.ts'
import type { CaptureMerge } from '../merge.ts'
import type { RingChunks } from './ring-chunks.ts'
import type { RingSlot } from './ring-slot.ts'

/** Reads the next bytes of a capture into `into`, beginning with its first, and answers how many; 0: there are none. */
export type ReadCapture = (capture: number, into: Uint8Array) => number

/** What came of an attempt to fill a block. `waiting`: a chunk has to become free first. `end`: there are no more frames. */
export type Filled = 'filled' | 'waiting' | 'end'

export interface BlockSource {
  /** Fills the slot's block, as far as its `room`, with frames that lie in the chunk in use. */
  fill(slot: RingSlot): Filled
}

/** The reader finds frames where they were read; only what straddles two chunks is copied. */
export class UniformCapture implements BlockSource {
  readonly #reader: CaptureReader
  readonly #chunks: RingChunks
  readonly #read: ReadCapture
  readonly #chunkLength: number
  #isAtEnd = false

  constructor(reader: CaptureReader, chunks: RingChunks, chunkLength: number, read: ReadCapture) {
    this.#reader = reader
    this.#chunks = chunks
    this.#chunkLength = chunkLength
    this.#read = read
  }

  fill(slot: RingSlot): Filled {
    const { block } = slot
    slot.isMixed = false
    const reader = this.#reader
    while (!reader.nextBlock(block)) {
      if (this.#isAtEnd) return 'end'
      if (!this.#feed()) return 'waiting'
    }
    const { bytes } = this.#chunks
    if (block.bytes.buffer !== bytes.buffer) {
      const start = block.starts[0]!
      bytes.set(block.bytes.subarray(start, start + block.capturedLengths[0]!), this.#chunkLength)
      block.starts[0] = this.#chunkLength
    }
    return 'filled'
  }

  #feed(): boolean {
    const reader = this.#reader
    if (!reader.stopped && !this.#chunks.advance()) return false
    const chunk = this.#chunks.bytes.subarray(0, this.#chunkLength)
    const length = reader.stopped ? 0 : this.#read(0, chunk)
    if (length > 0) reader.push(chunk.subarray(0, length))
    else {
      reader.finish()
      this.#isAtEnd = true
    }
    return true
  }
}

/** Each capture is read into memory of its own, and each frame copied. */
export class MixedCaptures implements BlockSource {
  readonly #merge: CaptureMerge
  readonly #chunks: RingChunks
  readonly #read: ReadCapture
  readonly #own: readonly Uint8Array[]
  readonly #frame: Frame = createFrame()
  /** Where the next frame goes in the chunk in use. */
  #at = 0
  /** The merge stands at a frame that no block has. */
  #isFrameWaiting = false

  constructor(merge: CaptureMerge, chunks: RingChunks, chunkLength: number, read: ReadCapture) {
    this.#merge = merge
    this.#chunks = chunks
    this.#own = merge.sources.map(() => new Uint8Array(chunkLength))
    this.#read = read
  }

  fill(slot: RingSlot): Filled {
    const { block } = slot
    const merge = this.#merge
    slot.isMixed = true
    block.count = 0
    while (this.#isFrameWaiting || this.#next()) {
      this.#isFrameWaiting = true
      const { frame } = merge.source
      if (this.#at + frame.capturedLength > this.#chunks.bytes.length) {
        if (block.count > 0) return 'filled'
        if (!this.#chunks.advance()) return 'waiting'
        this.#at = 0
      }
      this.#copy(frame)
      if (block.count === 0) block.begin(this.#frame, this.#chunks.view)
      else if (block.isFull || !this.#isDecodedAlike(block)) return 'filled'
      slot.add(this.#frame, merge.current)
      this.#at += frame.capturedLength
      this.#isFrameWaiting = false
    }
    return block.count > 0 ? 'filled' : 'end'
  }

  /** On to the next frame; false: there is none. */
  #next(): boolean {
    const merge = this.#merge
    for (;;) {
      const step = merge.next()
      if (step !== 'starved') return step === 'frame'
      const own = this.#own[merge.current]!
      const length = this.#read(merge.current, own)
      if (length > 0) merge.source.reader.push(own.subarray(0, length))
      else merge.finish(merge.source)
    }
  }

  /** Decoding asks for no more. */
  #isDecodedAlike({ linkType, hasTime }: FrameBlock): boolean {
    return this.#frame.linkType === linkType && this.#frame.hasTime === hasTime
  }

  #copy(frame: Frame): void {
    const { bytes } = this.#chunks
    bytes.set(frame.bytes.subarray(frame.start, frame.start + frame.capturedLength), this.#at)
    Object.assign(this.#frame, frame)
    this.#frame.bytes = bytes
    this.#frame.start = this.#at
  }
}
