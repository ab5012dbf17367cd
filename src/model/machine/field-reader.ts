/** Reads bits from a packet into registers, most significant first, in the grouping that value.ts defines. */

import { readInt32 } from '../bytes/index.ts'

/** Loads a field whose bits start at `at` bytes; the reader has been told bit offset (0 to 7 into that byte) and width. */
export type FieldReader = (bytes: Uint8Array, at: number) => void

/** Bytes that a field of `width` bits touches when it starts `bit` bits (0 to 7) into its first byte. */
export const bytesTouched = (bit: number, width: number): number => (bit + width + 7) >>> 3

/** A reader of `width` bits that start `bit` bits into a byte, into `registers` from `register`. */
export function fieldReader(bit: number, width: number, registers: Int32Array, register: number): FieldReader {
  if (bit === 0 && (width & 7) === 0) return alignedReader(width >>> 3, registers, register)
  if (width <= 24) return narrowReader(bit, width, registers, register)
  return bitReader(bit, width, registers, register)
}

function alignedReader(length: number, registers: Int32Array, register: number): FieldReader {
  if (length === 1) {
    return (bytes, at) => {
      registers[register] = bytes[at]!
    }
  }
  if (length === 2) {
    return (bytes, at) => {
      registers[register] = (bytes[at]! << 8) | bytes[at + 1]!
    }
  }
  if (length === 4) {
    return (bytes, at) => {
      registers[register] = readInt32(bytes, at)
    }
  }
  const whole = length >>> 2
  const rest = length & 3
  return (bytes, at) => {
    for (let word = 0; word < whole; word++) registers[register + word] = readInt32(bytes, at + 4 * word)
    if (rest === 0) return
    let last = 0
    for (let i = 0; i < rest; i++) last = (last << 8) | bytes[at + 4 * whole + i]!
    registers[register + whole] = last
  }
}

/** At most 24 bits anywhere: they lie in four bytes. */
function narrowReader(bit: number, width: number, registers: Int32Array, register: number): FieldReader {
  const touched = bytesTouched(bit, width)
  const shift = touched * 8 - bit - width
  const mask = 2 ** width - 1
  return (bytes, at) => {
    let value = 0
    for (let i = 0; i < touched; i++) value = (value << 8) | bytes[at + i]!
    registers[register] = (value >>> shift) & mask
  }
}

/** Any width, bit by bit: only raw payload expressions come here. */
function bitReader(bit: number, width: number, registers: Int32Array, register: number): FieldReader {
  return (bytes, at) => {
    for (let word = 0; word * 32 < width; word++) {
      const end = Math.min(width, word * 32 + 32)
      let value = 0
      for (let i = word * 32; i < end; i++) {
        const position = bit + i
        value = (value << 1) | ((bytes[at + (position >>> 3)]! >>> (7 - (position & 7))) & 1)
      }
      registers[register + word] = value
    }
  }
}
