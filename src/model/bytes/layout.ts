/** Fields of wire formats as data: each knows its bits, reads and writes itself, and names its width to the languages. */

import { readUint16, readUint32, writeUint16, writeUint32 } from './integers.ts'

/** One field of a header: where it lies, in bits from the header's first byte, most significant bit first. */
export interface Field {
  readonly bitOffset: number
  /** 1 to 32 for numbers; wider fields (addresses) are read with {@link Field.bitOffset} by their owners. */
  readonly bitWidth: number
  /** The field's value, unsigned; `header` is the header's first byte in `bytes`. No bounds checks. */
  read(bytes: Uint8Array, header: number): number
  write(bytes: Uint8Array, header: number, value: number): void
}

export const u8 = (at: number): Field => ({
  bitOffset: at * 8,
  bitWidth: 8,
  read: (bytes, header) => bytes[header + at]!,
  write: (bytes, header, value) => {
    bytes[header + at] = value
  },
})

export const u16 = (at: number): Field => ({
  bitOffset: at * 8,
  bitWidth: 16,
  read: (bytes, header) => readUint16(bytes, header + at),
  write: (bytes, header, value) => writeUint16(bytes, header + at, value),
})

export const u32 = (at: number): Field => ({
  bitOffset: at * 8,
  bitWidth: 32,
  read: (bytes, header) => readUint32(bytes, header + at),
  write: (bytes, header, value) => writeUint32(bytes, header + at, value),
})

/** A field of `width` bits (at most 24) that starts `offset` bits into the header and need not be aligned. */
export function bits(offset: number, width: number): Field {
  const first = offset >>> 3
  const last = (offset + width - 1) >>> 3
  const shift = (last + 1) * 8 - (offset + width)
  const mask = 2 ** width - 1
  const read = (bytes: Uint8Array, header: number): number => {
    let value = 0
    for (let at = first; at <= last; at++) value = (value << 8) | bytes[header + at]!
    return (value >>> shift) & mask
  }
  const write = (bytes: Uint8Array, header: number, value: number): void => {
    let placed = (value & mask) << shift
    let hole = mask << shift
    for (let at = last; at >= first; at--) {
      bytes[header + at] = (bytes[header + at]! & ~hole) | (placed & hole)
      placed >>>= 8
      hole >>>= 8
    }
  }
  return { bitOffset: offset, bitWidth: width, read, write }
}

/** A field wider than 32 bits, for those who ask only where it lies (IPv6 addresses). */
export const wide = (at: number, bytesWide: number): { readonly bitOffset: number; readonly bitWidth: number } => ({
  bitOffset: at * 8,
  bitWidth: bytesWide * 8,
})
