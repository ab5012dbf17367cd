/** The chunks of a ring, for the worker that fills them: one is in use, and the next one is whichever all workers are through with. */

import type { FrameRing } from './frame-ring.ts'

export class RingChunks {
  readonly #ring: FrameRing
  /** By chunk: blocks that were written up to the last one that lies there. */
  readonly #blocks: number[]
  #current = 0

  constructor(ring: FrameRing) {
    this.#ring = ring
    this.#blocks = ring.chunks.map(() => 0)
  }

  /** All of its memory. */
  get bytes(): Uint8Array {
    return this.#ring.chunks[this.#current]!
  }

  get view(): DataView {
    return this.#ring.views[this.#current]!
  }

  /** Goes on to the next chunk; false: one has to wait for it. */
  advance(): boolean {
    const next = (this.#current + 1) % this.#blocks.length
    if (this.#ring.released < this.#blocks[next]!) return false
    this.#current = next
    return true
  }

  /** The next block to be written lies in the chunk, whose place this answers. */
  use(): number {
    this.#blocks[this.#current] = this.#ring.written + 1
    return this.#current
  }
}
