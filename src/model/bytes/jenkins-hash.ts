/** Bob Jenkins' lookup3 hash (public domain, 2006) with the starting value that Linux uses for `jhash`. */

const initial = 0xdeadbeef

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))

/** The little-endian word of up to four bytes at `at`, those from `end` on taken as zero. */
function littleEndianWord(bytes: Uint8Array, at: number, end: number): number {
  let word = 0
  for (let i = Math.min(3, end - at - 1); i >= 0; i--) word = (word << 8) | bytes[at + i]!
  return word
}

/** Hash of the first `length` bytes, unsigned. */
export function jenkinsHash(bytes: Uint8Array, length: number, seed: number): number {
  let a = (initial + length + seed) | 0
  let b = a
  let c = a
  let at = 0
  for (; length - at > 12; at += 12) {
    a = (a + littleEndianWord(bytes, at, length)) | 0
    b = (b + littleEndianWord(bytes, at + 4, length)) | 0
    c = (c + littleEndianWord(bytes, at + 8, length)) | 0
    a = (a - c) ^ rotate(c, 4)
    c = (c + b) | 0
    b = (b - a) ^ rotate(a, 6)
    a = (a + c) | 0
    c = (c - b) ^ rotate(b, 8)
    b = (b + a) | 0
    a = (a - c) ^ rotate(c, 16)
    c = (c + b) | 0
    b = (b - a) ^ rotate(a, 19)
    a = (a + c) | 0
    c = (c - b) ^ rotate(b, 4)
    b = (b + a) | 0
  }
  if (length === at) return c >>> 0
  a = (a + littleEndianWord(bytes, at, length)) | 0
  b = (b + littleEndianWord(bytes, at + 4, length)) | 0
  c = (c + littleEndianWord(bytes, at + 8, length)) | 0
  c = (c ^ b) - rotate(b, 14)
  a = (a ^ c) - rotate(c, 11)
  b = (b ^ a) - rotate(a, 25)
  c = (c ^ b) - rotate(b, 16)
  a = (a ^ c) - rotate(c, 4)
  b = (b ^ a) - rotate(a, 14)
  c = (c ^ b) - rotate(b, 24)
  return c >>> 0
}
