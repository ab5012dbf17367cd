/** The bytes of a capture file for whoever has nothing else to do while they come. */

import { closeSync, openSync, readSync } from 'node:fs'

/** Larger pieces are no faster, and push more out of the processor's cache. */
const chunkLength = 1 << 18

export class FileChunks {
  /** Bytes read so far. */
  position = 0
  readonly #size: number
  #descriptor: number
  readonly #chunk: Uint8Array = new Uint8Array(chunkLength)

  /** Reads no further than `size` bytes. */
  constructor(name: string, size: number) {
    this.#size = size
    this.#descriptor = openSync(name, 'r')
  }

  /** The next piece, which lies in the same memory as the one before; null at the end. */
  next(): Uint8Array | null {
    const wanted = Math.min(chunkLength, this.#size - this.position)
    const length = wanted <= 0 ? 0 : readSync(this.#descriptor, this.#chunk, 0, wanted, null)
    if (length === 0) {
      this.close()
      return null
    }
    this.position += length
    return this.#chunk.subarray(0, length)
  }

  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor)
    this.#descriptor = -1
  }
}
