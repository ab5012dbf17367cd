/** The bytes of a capture file for whoever has nothing else to do while they come. */

import { closeSync, openSync, readSync } from 'node:fs'

/** Larger pieces are no faster, and push more out of the processor's cache. */
const chunkLength = 1 << 18

export class FileChunks {
  /** Bytes read so far. */
  position = 0
  readonly #size: number
  #descriptor: number
  #chunk: Uint8Array | null = null

  /** Reads no further than `size` bytes. */
  constructor(name: string, size: number) {
    this.#size = size
    this.#descriptor = openSync(name, 'r')
  }

  /** The next piece, which lies in the same memory as the one before; null at the end. */
  next(): Uint8Array | null {
    this.#chunk ??= new Uint8Array(chunkLength)
    const length = this.read(this.#chunk)
    return length === 0 ? null : this.#chunk.subarray(0, length)
  }

  /** Reads the next bytes into `into`, and answers how many; 0: there are none. */
  read(into: Uint8Array): number {
    const wanted = Math.min(into.length, this.#size - this.position)
    const length = wanted <= 0 ? 0 : readSync(this.#descriptor, into, 0, wanted, null)
    if (length === 0) this.close()
    this.position += length
    return length
  }

  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor)
    this.#descriptor = -1
  }
}
