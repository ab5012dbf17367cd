/** Big-endian integers in byte arrays. No bounds checks: whoever calls has proven the offsets (see packet/decode.ts). */

export const readUint16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!

/** Four bytes as a signed 32-bit integer: the form for comparing and for typed arrays, as it never allocates. */
export const readInt32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!

/** Four bytes as an unsigned integer, 0 to 2^32 - 1: the form for printing and arithmetic. */
export const readUint32 = (bytes: Uint8Array, at: number): number => readInt32(bytes, at) >>> 0

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** Whether a < b for 32-bit integers held in any sign: unsigned order. */
export const isBelow = (a: number, b: number): boolean => (a ^ 0x80000000) < (b ^ 0x80000000)
