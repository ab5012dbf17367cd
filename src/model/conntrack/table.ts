/** The heap of records and the hash table over their tuples: allocate, free, link, unlink, find. Knows neither time nor protocols. */

import { Protocol } from '../packet/index.ts'
import { BySource } from './by-source.ts'
import { Flag, isVersion6, recordWords, tupleWords, Word } from './entry.ts'
import { type PacketRows, Row, rowWords } from './packet-rows.ts'
import { hashTuple, hashTuple4, type Tuple } from './tuple.ts'

/** Where handles begin: 0 means none. A multiple of 8, as all handles. */
const firstHandle = 32
const initialWords = 4096
const initialSlots = 512
/** Slots moved at a time when the table grows; {@link initialSlots} is a multiple of it. */
const movedAtOnce = 256
/** What a slot's 24 bits can address, in words. */
const largestHeap = 0x8000000

/**
 * Each record stands in two slots of an open hash table, one per tuple: record (24 bits, in units of 8 words), a tag from the hash
 * (7 bits), direction (1 bit). The tag spares nearly every look at a wrong record, which costs more than all the rest.
 */
export class Table {
  /** All records. Read it anew after anything that may allocate: it is replaced when it grows. */
  words: Int32Array = new Int32Array(initialWords)
  /** Entries in the table. */
  count = 0
  /** Entries whose source NAT has settled. */
  readonly bySource: BySource = new BySource(this)
  protected slots: Int32Array = new Int32Array(initialSlots)
  private top = firstHandle
  /** How often an entry came into the table or left it, and how often that was when packets were looked for. */
  protected changes = 0
  private changesBefore = 0
  /** An entry in another zone than 0 was in the table: several may have the same tuple. */
  private hasZones = false
  /** First free record by size in words. */
  private readonly free: Int32Array = new Int32Array(64)

  /** Bytes held for records, slots and lists, room to grow included. */
  get memoryBytes(): number {
    return this.words.byteLength + this.slots.byteLength + this.bySource.memoryBytes
  }

  /** A zeroed record with its kind set, not yet in the table; 0 if the heap cannot grow any more (4 million TCP entries over IPv4). */
  allocate(kind: number, isAccounted: boolean): number {
    const size = recordWords(kind, isAccounted)
    let entry = this.free[size]!
    if (entry !== 0) this.free[size] = this.words[entry]!
    else {
      if (this.top + size > largestHeap) return 0
      if (this.top + size > this.words.length) this.growHeap()
      entry = this.top
      this.top += size
    }
    // All else in it is zero: as it was made, or as {@link discard} left it.
    this.words[entry + Word.kind] = kind
    if (isAccounted) this.words[entry + Word.flags] = Flag.isAccounted
    return entry
  }

  /** Gives the record back; the handle is then free for another entry. */
  discard(entry: number): void {
    const { words } = this
    this.bySource.remove(entry)
    const size = recordWords(words[entry + Word.kind]!, (words[entry + Word.flags]! & Flag.isAccounted) !== 0)
    words.fill(0, entry, entry + size)
    words[entry] = this.free[size]!
    this.free[size] = entry
  }

  /** Twice as large: what is not used of it was never touched and takes no memory of the machine, and copies stay rare. */
  private growHeap(): void {
    const grown = new Int32Array(this.words.length * 2)
    grown.set(this.words)
    this.words = grown
  }

  /** Puts both tuples into the table. */
  link(entry: number): void {
    this.makeSpace()
    this.hasZones ||= this.words[entry + Word.zones] !== 0
    this.words[entry + Word.flags]! |= Flag.isLinked
    // In Linux the reply tuple comes to stand in front: it is found where both are equal (a packet to its own address and port).
    this.place(entry, 1, this.hashOf(entry, 1))
    this.place(entry, 0, this.hashOf(entry, 0))
    this.count++
    this.changes++
  }

  /** Puts only the reply tuple into the table. */
  linkReply(entry: number): void {
    this.makeSpace()
    this.hasZones ||= this.words[entry + Word.zones] !== 0
    this.words[entry + Word.flags]! |= Flag.isLinked | Flag.isReplyOnly
    this.place(entry, 1, this.hashOf(entry, 1))
    this.count++
    this.changes++
  }

  unlink(entry: number): void {
    const flags = this.words[entry + Word.flags]!
    if ((flags & Flag.isLinked) === 0) return
    this.words[entry + Word.flags] = flags & ~Flag.isLinked
    this.bySource.remove(entry)
    if ((flags & Flag.isReplyOnly) === 0) this.remove(entry, 0)
    this.remove(entry, 1)
    this.count--
    this.changes++
  }

  /** The link (`handle | direction`) of the tuple of this kind, or 0. `zoneOriginal`, `zoneReply`: the packet's zone for each direction. */
  find(tuple: Tuple, kind: number, zoneOriginal: number, zoneReply: number): number {
    if ((kind & isVersion6) === 0) return this.find4(tuple[0]!, tuple[1]!, tuple[2]!, kind, zoneOriginal, zoneReply)
    const link = this.probe(hashTuple(tuple, 0, kind, zoneOriginal), tuple, kind, zoneOriginal, zoneReply)
    if (link !== 0 || zoneOriginal === zoneReply) return link
    return this.probe(hashTuple(tuple, 0, kind, zoneReply), tuple, kind, zoneOriginal, zoneReply)
  }

  /** The same among the tuples that were hashed with `hashZone`. */
  findIn(hashZone: number, tuple: Tuple, kind: number, zoneOriginal: number, zoneReply: number): number {
    return this.probe(hashTuple(tuple, 0, kind, hashZone), tuple, kind, zoneOriginal, zoneReply)
  }

  /** The same as {@link find} for an IPv4 tuple given by its words. */
  protected find4(
    source: number,
    destination: number,
    ports: number,
    kind: number,
    zoneOriginal: number,
    zoneReply: number,
  ): number {
    for (let zone = zoneOriginal; ; zone = zoneReply) {
      const hash = hashTuple4(source, destination, ports, kind, zone)
      const link = this.probe4(hash, source, destination, ports, kind, zoneOriginal, zoneReply)
      if (link !== 0 || zone === zoneReply) return link
    }
  }

  /** The same among the tuples with this hash. */
  protected probe4(
    hash: number,
    source: number,
    destination: number,
    ports: number,
    kind: number,
    zoneOriginal: number,
    zoneReply: number,
  ): number {
    const { words, slots } = this
    const mask = slots.length - 1
    const tag = hash >>> 25
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!
      if (slot === 0) return 0
      if (((slot >>> 1) & 0x7f) !== tag) continue
      const entry = (slot >>> 8) << 3
      const direction = slot & 1
      const tuple = entry + Word.tuples + direction * 3
      if (words[tuple] !== source || words[tuple + 2] !== ports || words[tuple + 1] !== destination) continue
      if (words[entry + Word.kind] !== kind) continue
      if (isZone(words[entry + Word.zones]!, direction, zoneOriginal, zoneReply)) return entry | direction
    }
  }

  /**
   * Looks for the links of the first `count` packets' tuples, also of entries that are expired: first the slots of all, then what they
   * lead to, so that the processor waits for many words of memory at once, not for one after the other. What it answers means nothing.
   */
  lookAhead({ words: rows }: PacketRows, count: number): number {
    const { slots, words } = this
    const mask = slots.length - 1
    const end = count * rowWords
    for (let row = 0; row < end; row += rowWords) rows[row + Row.link] = slots[rows[row + Row.hash]! & mask]!
    let sum = 0
    for (let row = 0; row < end; row += rowWords) {
      const slot = rows[row + Row.link]!
      const hash = rows[row + Row.hash]!
      const isTagged = ((slot >>> 1) & 0x7f) === hash >>> 25
      const link = linkOf(isTagged || slot === 0 ? slot : this.slotTagged(hash, mask))
      // Where TCP keeps its windows.
      if (rows[row + Row.protocol] === Protocol.tcp) sum |= words[(link & ~1) + 16]! | words[(link & ~1) + 27]!
      const isWrong = rows[row + Row.input] !== 0 && link !== 0 && !this.holds(link, rows, row)
      rows[row + Row.link] = isWrong ? this.probeAt(rows, row) : link
    }
    this.changesBefore = this.changes
    return sum
  }

  /** The link of the packet at `row` as {@link lookAhead} has found it, or what has taken its place since then. */
  protected linkAt(rows: Int32Array, row: number): number {
    const link = rows[row + Row.link]!
    if (this.changes === this.changesBefore || (link !== 0 && !this.hasZones && this.holds(link, rows, row)))
      return link
    const found = this.probeAt(rows, row)
    rows[row + Row.link] = found
    return found
  }

  /** Whether the entry of a link is in the table with the tuple at `row`. */
  private holds(link: number, rows: Int32Array, row: number): boolean {
    const { words } = this
    const entry = link & ~1
    const direction = link & 1
    const tuple = entry + Word.tuples + direction * 3
    return (
      words[tuple] === rows[row + Row.source] &&
      words[tuple + 2] === rows[row + Row.ports] &&
      words[tuple + 1] === rows[row + Row.destination] &&
      words[entry + Word.kind] === rows[row + Row.protocol] &&
      isZone(words[entry + Word.zones]!, direction, 0, 0) &&
      (words[entry + Word.flags]! & (Flag.isLinked | Flag.isReplyOnly)) === Flag.isLinked
    )
  }

  private probeAt(rows: Int32Array, row: number): number {
    const source = rows[row + Row.source]!
    const destination = rows[row + Row.destination]!
    return this.probe4(
      rows[row + Row.hash]!,
      source,
      destination,
      rows[row + Row.ports]!,
      rows[row + Row.protocol]!,
      0,
      0,
    )
  }

  /** The first slot with the hash's tag, or 0. */
  private slotTagged(hash: number, mask: number): number {
    const { slots } = this
    const tag = hash >>> 25
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!
      if (slot === 0 || ((slot >>> 1) & 0x7f) === tag) return slot
    }
  }

  private probe(hash: number, tuple: Tuple, kind: number, zoneOriginal: number, zoneReply: number): number {
    const { words, slots } = this
    const mask = slots.length - 1
    const tag = hash >>> 25
    const size = tupleWords(kind)
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!
      if (slot === 0) return 0
      if (((slot >>> 1) & 0x7f) !== tag) continue
      const entry = (slot >>> 8) << 3
      if (words[entry + Word.kind] !== kind) continue
      if (!isTuple(words, entry + Word.tuples + (slot & 1) * size, tuple, size)) continue
      if (isZone(words[entry + Word.zones]!, slot & 1, zoneOriginal, zoneReply)) return entry | (slot & 1)
    }
  }

  /** Entries with a tuple in one of the `buckets` (a power of two) that a table of lists would have; twice where both are. */
  protected inBucket(bucket: number, buckets: number): number[] {
    const { slots } = this
    const mask = slots.length - 1
    const inside: number[] = []
    for (let home = bucket & mask; home <= mask; home += buckets) {
      for (let at = home; slots[at] !== 0; at = (at + 1) & mask) {
        const entry = (slots[at]! >>> 8) << 3
        const hash = this.hashOf(entry, slots[at]! & 1)
        if ((hash & mask) === home && (hash & (buckets - 1)) === bucket) inside.push(entry)
      }
    }
    return inside
  }

  /** The entry's own tuple of a direction, copied. */
  copyTuple(entry: number, direction: number, into: Tuple): void {
    const words = tupleWords(this.words[entry + Word.kind]!)
    const at = entry + Word.tuples + direction * words
    for (let i = 0; i < words; i++) into[i] = this.words[at + i]!
  }

  /** Gives an entry that is not in the table another reply tuple (nf_conntrack_alter_reply). */
  alterReply(entry: number, tuple: Tuple): void {
    const words = tupleWords(this.words[entry + Word.kind]!)
    const at = entry + Word.tuples + words
    for (let i = 0; i < words; i++) this.words[at + i] = tuple[i]!
  }

  private hashOf(entry: number, direction: number): number {
    const { words } = this
    const kind = words[entry + Word.kind]!
    const zone = (words[entry + Word.zones]! >>> (16 * direction)) & 0xffff
    return hashTuple(words, entry + Word.tuples + direction * tupleWords(kind), kind, zone)
  }

  private place(entry: number, direction: number, hash: number): void {
    const { slots } = this
    const mask = slots.length - 1
    let slot = ((entry >>> 3) << 8) | ((hash >>> 25) << 1) | direction
    let at = hash & mask
    for (; slots[at] !== 0; at = (at + 1) & mask) {
      const other = slots[at]!
      // Linux finds the youngest first where several have the same tuple, which zones by direction allow.
      if (((other ^ slot) & 0xfe) !== 0 || !this.isYoungerTwin(slot, other)) continue
      slots[at] = slot
      slot = other
    }
    slots[at] = slot
  }

  /** Whether both slots stand for the same tuple in the same zone, the first one's entry being the younger. */
  private isYoungerTwin(slot: number, other: number): boolean {
    const { words } = this
    const entry = (slot >>> 8) << 3
    const twin = (other >>> 8) << 3
    const kind = words[entry + Word.kind]!
    if (words[twin + Word.kind] !== kind || words[entry + Word.id]! <= words[twin + Word.id]!) return false
    const zones =
      (words[entry + Word.zones]! >>> (16 * (slot & 1))) ^ (words[twin + Word.zones]! >>> (16 * (other & 1)))
    if ((zones & 0xffff) !== 0) return false
    const size = tupleWords(kind)
    const at = entry + Word.tuples + (slot & 1) * size
    const twinAt = twin + Word.tuples + (other & 1) * size
    for (let i = 0; i < size; i++) if (words[at + i] !== words[twinAt + i]) return false
    return true
  }

  /** Empties the slot and moves those behind it up, so that no search ends too early. */
  private remove(entry: number, direction: number): void {
    const { slots } = this
    const mask = slots.length - 1
    const hash = this.hashOf(entry, direction)
    const wanted = ((entry >>> 3) << 8) | ((hash >>> 25) << 1) | direction
    let hole = hash & mask
    while (slots[hole] !== wanted) hole = (hole + 1) & mask
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const slot = slots[at]!
      const home = this.hashOf((slot >>> 8) << 3, slot & 1) & mask
      if (((at - home) & mask) < ((at - hole) & mask)) continue
      slots[hole] = slot
      hole = at
    }
    slots[hole] = 0
  }

  /** Keeps at least four slots in ten empty. */
  private makeSpace(): void {
    if (10 * (this.count + 1) <= 3 * this.slots.length) return
    const old = this.slots
    this.slots = new Int32Array(old.length * 2)
    const hashes = new Int32Array(movedAtOnce)
    for (let from = 0; from < old.length; from += movedAtOnce) this.move(old, from, hashes)
  }

  /** First all hashes, then all slots: the processor waits for many records at once, not for one after the other. */
  private move(old: Int32Array, from: number, hashes: Int32Array): void {
    for (let i = 0; i < movedAtOnce; i++) {
      const slot = old[from + i]!
      if (slot !== 0) hashes[i] = this.hashOf((slot >>> 8) << 3, slot & 1)
    }
    for (let i = 0; i < movedAtOnce; i++) {
      const slot = old[from + i]!
      if (slot !== 0) this.place((slot >>> 8) << 3, slot & 1, hashes[i]!)
    }
  }
}

const linkOf = (slot: number): number => ((slot >>> 8) << 3) | (slot & 1)

function isTuple(words: Int32Array, at: number, tuple: Tuple, size: number): boolean {
  for (let i = size - 1; i >= 0; i--) if (words[at + i] !== tuple[i]) return false
  return true
}

const isZone = (zones: number, direction: number, zoneOriginal: number, zoneReply: number): boolean =>
  direction === 0 ? (zones & 0xffff) === zoneOriginal : zones >>> 16 === zoneReply
