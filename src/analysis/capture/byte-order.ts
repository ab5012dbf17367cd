/** Integers in the byte order that a capture declares, which is that of the machine that wrote it. */

/** 16 bits at `at`; the caller has proved that they are there. */
export function readUint16In(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const first = bytes[at]!
  const second = bytes[at + 1]!
  return littleEndian ? first | (second << 8) : (first << 8) | second
}

/** 32 bits at `at`, 0 to 2^32 - 1; the caller has proved that they are there. */
export function readUint32In(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const word = littleEndian
    ? bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    : (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  return word >>> 0
}

/** Writes the low 16 bits of `value`. */
export function writeUint16In(bytes: Uint8Array, at: number, value: number, littleEndian: boolean): void {
  bytes[at] = littleEndian ? value : value >>> 8
  bytes[at + 1] = littleEndian ? value >>> 8 : value
}

/** Writes the low 32 bits of `value`. */
export function writeUint32In(bytes: Uint8Array, at: number, value: number, littleEndian: boolean): void {
  writeUint16In(bytes, littleEndian ? at : at + 2, value & 0xffff, littleEndian)
  writeUint16In(bytes, littleEndian ? at + 2 : at, value >>> 16, littleEndian)
}
