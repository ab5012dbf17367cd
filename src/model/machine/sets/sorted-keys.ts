/**
 * Finds the last of many ascending keys that is not above a wanted one: by a table over the leading bits first, then by halving what
 * the table leaves. Where keys lie evenly that are two or three keys of a million; where they all share their leading bits, twenty.
 */

import { compareWords } from '../../rules/index.ts'

export class SortedKeys {
  readonly count: number
  /** The keys, ascending as unsigned numbers, `stride` words apart; behind a key's own words lies whatever the owner keeps there. */
  readonly entries: Int32Array
  private readonly words: number
  private readonly stride: number
  /** The first word in which keys differ: those before it are the same in all. */
  private readonly leading: number
  private readonly lowest: number
  private readonly shift: number
  /** By the leading bits of (word - lowest): the first key that has them or more; one entry more at the end. */
  private readonly buckets: Uint32Array

  constructor(entries: Int32Array, words: number, stride: number = words) {
    this.entries = entries
    this.words = words
    this.stride = stride
    this.count = entries.length / stride
    this.leading = firstDifference(entries, words, stride)
    this.lowest = this.count === 0 ? 0 : entries[this.leading]! >>> 0
    const highest = this.count === 0 ? 0 : entries[(this.count - 1) * stride + this.leading]! >>> 0
    const bits = 32 - Math.clz32(highest - this.lowest)
    this.shift = Math.max(0, bits - Math.ceil(Math.log2(Math.max(2, this.count))))
    this.buckets = this.countBuckets(((highest - this.lowest) >>> this.shift) + 1)
  }

  /** Number of the last key up to the one in `registers` from `at`, -1 when all are above it. */
  lastUpTo(registers: ArrayLike<number>, at: number): number {
    if (this.words === 1) return this.lastUpToWord(registers[at]!)
    for (let word = 0; word < this.leading; word++) {
      const known = this.entries[word]! >>> 0
      const wanted = registers[at + word]! >>> 0
      if (wanted !== known) return wanted < known ? -1 : this.count - 1
    }
    const offset = (registers[at + this.leading]! >>> 0) - this.lowest
    if (offset < 0 || this.count === 0) return -1
    const bucket = offset >>> this.shift
    if (bucket >= this.buckets.length - 1) return this.count - 1
    let low = this.buckets[bucket]!
    let high = this.buckets[bucket + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareWords(this.entries, middle * this.stride, registers, at, this.words) <= 0) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** {@link lastUpTo} for keys of one word. */
  lastUpToWord(word: number): number {
    const { buckets, entries, stride } = this
    const wanted = word >>> 0
    const offset = wanted - this.lowest
    if (offset < 0 || this.count === 0) return -1
    const bucket = offset >>> this.shift
    if (bucket >= buckets.length - 1) return this.count - 1
    let low = buckets[bucket]!
    let high = buckets[bucket + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      if (entries[middle * stride]! >>> 0 <= wanted) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  private countBuckets(length: number): Uint32Array {
    const buckets = new Uint32Array(length + 1)
    let bucket = 0
    for (let i = 0; i < this.count; i++) {
      const own = ((this.entries[i * this.stride + this.leading]! >>> 0) - this.lowest) >>> this.shift
      while (bucket <= own) buckets[bucket++] = i
    }
    while (bucket <= length) buckets[bucket++] = this.count
    return buckets
  }
}

function firstDifference(entries: Int32Array, words: number, stride: number): number {
  const last = entries.length - stride
  for (let word = 0; word < words - 1; word++) if (entries[word] !== entries[last + word]) return word
  return words - 1
}
