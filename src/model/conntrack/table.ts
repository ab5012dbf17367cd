/** The heap of records and the hash table over their tuples: allocate, free, link, unlink, find. Knows neither time nor protocols. */

import { Flag, isVersion6, recordWords, tupleWords, Word } from './entry.ts'
import { hashTuple, type Tuple } from './tuple.ts'

/** Where handles begin: 0 means none. */
const firstHandle = 32
const initialWords = 4096
const initialBuckets = 256

/**
 * Each record stands in two hash chains, one per tuple. A link is `handle | direction`; 0 ends a chain.
 */
export class Table {
  /** All records. Read it anew after anything that may allocate: it is replaced when it grows. */
  words: Int32Array = new Int32Array(initialWords)
  /** Entries in the table. */
  count = 0
  protected buckets: Int32Array = new Int32Array(initialBuckets)
  private top = firstHandle
  /** First free record by size in words. */
  private readonly free: Int32Array = new Int32Array(64)

  /** A zeroed record with its kind set, not yet in the table. */
  allocate(kind: number, isAccounted: boolean): number {
    const size = recordWords(kind, isAccounted)
    let entry = this.free[size]!
    if (entry !== 0) this.free[size] = this.words[entry]!
    else {
      if (this.top + size > this.words.length) this.growHeap()
      entry = this.top
      this.top += size
    }
    this.words.fill(0, entry, entry + size)
    this.words[entry + Word.kind] = kind
    if (isAccounted) this.words[entry + Word.flags] = Flag.isAccounted
    return entry
  }

  /** Gives the record back; the handle is then free for another entry. */
  discard(entry: number): void {
    const { words } = this
    const size = recordWords(words[entry + Word.kind]!, (words[entry + Word.flags]! & Flag.isAccounted) !== 0)
    words[entry + Word.id] = 0
    words[entry + Word.status] = 0
    words[entry + Word.nextOriginal] = this.free[size]!
    this.free[size] = entry
  }

  private growHeap(): void {
    const factor = this.words.length < 0x40000 ? 1.5 : 1.25
    const grown = new Int32Array((Math.ceil(this.words.length * factor) + 63) & ~63)
    grown.set(this.words)
    this.words = grown
  }

  /** Puts both tuples into the table. */
  link(entry: number): void {
    if (2 * (this.count + 1) > this.buckets.length) this.growBuckets()
    this.words[entry + Word.flags]! |= Flag.isLinked
    this.chain(entry, 0)
    this.chain(entry, 1)
    this.count++
  }

  /** Puts only the reply tuple into the table. */
  linkReply(entry: number): void {
    this.words[entry + Word.flags]! |= Flag.isLinked | Flag.isReplyOnly
    this.chain(entry, 1)
    this.count++
  }

  unlink(entry: number): void {
    const flags = this.words[entry + Word.flags]!
    if ((flags & Flag.isLinked) === 0) return
    this.words[entry + Word.flags] = flags & ~Flag.isLinked
    if ((flags & Flag.isReplyOnly) === 0) this.unchain(entry, 0)
    this.unchain(entry, 1)
    this.count--
  }

  /** The link of the tuple of this kind, or 0. `zoneOriginal` and `zoneReply`: the packet's zones for each direction. */
  find(tuple: Tuple, kind: number, zoneOriginal: number, zoneReply: number): number {
    const link = this.findIn(hashTuple(tuple, 0, kind, zoneOriginal), tuple, kind, zoneOriginal, zoneReply)
    if (link !== 0 || zoneOriginal === zoneReply) return link
    return this.findIn(hashTuple(tuple, 0, kind, zoneReply), tuple, kind, zoneOriginal, zoneReply)
  }

  private findIn(hash: number, tuple: Tuple, kind: number, zoneOriginal: number, zoneReply: number): number {
    const { words, buckets } = this
    let link = buckets[hash & (buckets.length - 1)]!
    if (kind & isVersion6) {
      for (; link !== 0; link = words[link]!) {
        const entry = link & ~1
        if (words[entry + Word.kind] !== kind) continue
        const at = entry + Word.tuples + (link & 1) * 9
        if (words[at + 8] !== tuple[8] || words[at + 3] !== tuple[3] || words[at + 7] !== tuple[7]) continue
        if (words[at] !== tuple[0] || words[at + 1] !== tuple[1] || words[at + 2] !== tuple[2]) continue
        if (words[at + 4] !== tuple[4] || words[at + 5] !== tuple[5] || words[at + 6] !== tuple[6]) continue
        if (isZone(words[entry + Word.zones]!, link & 1, zoneOriginal, zoneReply)) return link
      }
      return 0
    }
    const source = tuple[0]!
    const destination = tuple[1]!
    const ports = tuple[2]!
    for (; link !== 0; link = words[link]!) {
      const entry = link & ~1
      const at = entry + Word.tuples + (link & 1) * 3
      if (words[at + 2] !== ports || words[at] !== source || words[at + 1] !== destination) continue
      if (words[entry + Word.kind] !== kind) continue
      if (isZone(words[entry + Word.zones]!, link & 1, zoneOriginal, zoneReply)) return link
    }
    return 0
  }

  /** The entry's own tuple of a direction, copied. */
  copyTuple(entry: number, direction: number, into: Tuple): void {
    const words = tupleWords(this.words[entry + Word.kind]!)
    const at = entry + Word.tuples + direction * words
    for (let i = 0; i < words; i++) into[i] = this.words[at + i]!
  }

  protected bucketOf(entry: number, direction: number): number {
    const { words } = this
    const kind = words[entry + Word.kind]!
    const zone = (words[entry + Word.zones]! >>> (16 * direction)) & 0xffff
    const at = entry + Word.tuples + direction * tupleWords(kind)
    return hashTuple(words, at, kind, zone) & (this.buckets.length - 1)
  }

  // A link is also the offset of the word that holds the next link: nextOriginal is word 0, nextReply word 1.
  private chain(entry: number, direction: number): void {
    const bucket = this.bucketOf(entry, direction)
    this.words[entry + direction] = this.buckets[bucket]!
    this.buckets[bucket] = entry | direction
  }

  private unchain(entry: number, direction: number): void {
    const { words, buckets } = this
    const bucket = this.bucketOf(entry, direction)
    const link = entry | direction
    if (buckets[bucket] === link) {
      buckets[bucket] = words[link]!
      return
    }
    let before = buckets[bucket]!
    while (words[before] !== link) before = words[before]!
    words[before] = words[link]!
  }

  private growBuckets(): void {
    const old = this.buckets
    this.buckets = new Int32Array(old.length * 2)
    for (const head of old) {
      for (let link = head; link !== 0; ) {
        const next = this.words[link]!
        this.chain(link & ~1, link & 1)
        link = next
      }
    }
  }
}

const isZone = (zones: number, direction: number, zoneOriginal: number, zoneReply: number): boolean =>
  direction === 0 ? (zones & 0xffff) === zoneOriginal : zones >>> 16 === zoneReply
