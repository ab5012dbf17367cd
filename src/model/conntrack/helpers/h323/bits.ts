/**
 * Bits of an aligned PER encoding (X.691), read as the kernel's H.323 decoder reads them: bounds are asked for before or after a
 * read, never by the read itself, and the bitmap has the kernel's slip (see {@link BitReader.bitmap}).
 */

export class BitReader {
  /** Offset of the current byte; it may run past `end` until {@link fits} is asked. */
  at: number
  /** Bits of the current byte that were read, 0 to 7. */
  bit = 0
  readonly bytes: Uint8Array
  readonly end: number

  constructor(bytes: Uint8Array, from: number, end: number) {
    this.bytes = bytes
    this.at = from
    this.end = end
  }

  /** Whether so many bytes and bits, counted from the current bit and rounded up, still are in the message. */
  fits(bytes: number, bits: number): boolean {
    const all = bits + this.bit
    return this.at + bytes + (all >>> 3) + (all & 7 ? 1 : 0) <= this.end
  }

  align(): void {
    if (this.bit === 0) return
    this.at++
    this.bit = 0
  }

  skipBits(count: number): void {
    const bit = this.bit + count
    this.at += bit >>> 3
    this.bit = bit & 7
  }

  skip(bytes: number): void {
    this.at += bytes
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0
  }

  /** At most 8. */
  bits(count: number): number {
    const wide = ((this.bytes[this.at] ?? 0) << 8) | (this.bytes[this.at + 1] ?? 0)
    const value = (wide >>> (16 - count - this.bit)) & ((1 << count) - 1)
    this.skipBits(count)
    return value
  }

  /** Which of at most 32 parts are there, the first in the highest bit. */
  bitmap(count: number): number {
    if (count === 0) return 0
    let value = 0
    for (let i = 0; i < 4; i++) value = (value << 8) | (this.bytes[this.at + i] ?? 0)
    const last = this.bit + count
    // When the bitmap ends just at the fourth byte the kernel forgets to shift out the bits that precede it.
    if (last !== 32) value <<= this.bit
    if (last > 32) value |= (this.bytes[this.at + 4] ?? 0) >>> (8 - this.bit)
    this.skipBits(count)
    return value & (-1 << (32 - count))
  }

  /** A length of up to 16,383; like the kernel's it needs two bytes even where one would do: ask {@link fits}(2, 0) first. */
  length(): number {
    const first = this.byte()
    return first & 0x80 ? ((first & 0x3f) << 8) | this.byte() : first
  }
}
