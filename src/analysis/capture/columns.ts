/** Where columns of numbers lie: each in memory of its own, or one behind the other in a buffer that threads share. */

/** Whoever has columns asks for them in an order that is always the same. */
export interface Columns {
  int32(length: number): Int32Array
  uint16(length: number): Uint16Array
  float64(length: number): Float64Array
}

export const ownColumns: Columns = {
  int32: (length) => new Int32Array(length),
  uint16: (length) => new Uint16Array(length),
  float64: (length) => new Float64Array(length),
}

/** Two columns never lie in one line of the processor's cache. */
const lineLength = 64

export class BufferColumns implements Columns {
  readonly #buffer: ArrayBufferLike
  #at = 0

  constructor(buffer: ArrayBufferLike) {
    this.#buffer = buffer
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.#buffer, this.#take(4 * length), length)
  }

  uint16(length: number): Uint16Array {
    return new Uint16Array(this.#buffer, this.#take(2 * length), length)
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.#buffer, this.#take(8 * length), length)
  }

  #take(bytes: number): number {
    const at = this.#at
    this.#at += roomFor(bytes)
    return at
  }
}

/** How many bytes of a buffer the columns that `make` asks for take. */
export function bytesOfColumns(make: (columns: Columns) => void): number {
  let bytes = 0
  make({
    int32: (length) => {
      bytes += roomFor(4 * length)
      return new Int32Array(0)
    },
    uint16: (length) => {
      bytes += roomFor(2 * length)
      return new Uint16Array(0)
    },
    float64: (length) => {
      bytes += roomFor(8 * length)
      return new Float64Array(0)
    },
  })
  return bytes
}

const roomFor = (bytes: number): number => Math.ceil(bytes / lineLength) * lineLength
