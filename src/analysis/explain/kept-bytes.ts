/** Bytes of packets as they were at a step: the packet itself changes, and its buffer may be used again for the next one. */

/** A part of a buffer that nobody writes any more. */
export interface KeptBytes {
  readonly buffer: Uint8Array
  readonly start: number
  readonly end: number
}

const bufferSize = 65_536
/** Up to here a loop is faster than `set` of a view. */
const shortLength = 128

/** Copies one behind the other: a buffer for each packet would cost more than the rest of its walk. */
export class ByteKeeper {
  #buffer = new Uint8Array(bufferSize)
  #used = 0

  keep(bytes: Uint8Array, start: number, end: number): KeptBytes {
    const length = end - start
    if (this.#used + length > this.#buffer.length) {
      this.#buffer = new Uint8Array(Math.max(bufferSize, length))
      this.#used = 0
    }
    const buffer = this.#buffer
    const at = this.#used
    if (length > shortLength) buffer.set(bytes.subarray(start, end), at)
    else for (let i = 0; i < length; i++) buffer[at + i] = bytes[start + i]!
    this.#used = at + length
    return { buffer, start: at, end: at + length }
  }
}

export const keptView = ({ buffer, start, end }: KeptBytes): Uint8Array => buffer.subarray(start, end)
