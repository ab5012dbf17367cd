/**
 * Numbers as one worker would have given them. A shard numbers packets by their frames, which all shards count alike, and its
 * entries as it meets them; which number of all that is follows from what the other shards judged and confirmed before.
 */

/** What a shard judged in a run of frames: a bit for each frame, and the frames by which entries were confirmed, in order. */
export interface ShardProgress {
  readonly judged: Int32Array
  readonly confirmed: Int32Array
}

/** Of a run of frames: those that any shard judged, and each shard's new entries by their numbers. */
export interface NumberedRun {
  readonly judged: Int32Array
  readonly entries: readonly Int32Array[]
}

/** Takes what the shards report of one run of frames after the other. */
export class Numberer {
  #lastEntry = 0

  number(shards: readonly ShardProgress[]): NumberedRun {
    return { judged: unionOf(shards.map(({ judged }) => judged)), entries: this.#numberEntries(shards) }
  }

  /** In order of the frames. Those of one frame belong to one shard, and are in order there. */
  #numberEntries(shards: readonly ShardProgress[]): readonly Int32Array[] {
    const places = shards.map(() => 0)
    const entries = shards.map(({ confirmed }) => new Int32Array(confirmed.length))
    for (;;) {
      let first = -1
      let frame = Number.POSITIVE_INFINITY
      for (let i = 0; i < shards.length; i++) {
        const next = shards[i]?.confirmed[places[i]!] ?? Number.POSITIVE_INFINITY
        if (next >= frame) continue
        frame = next
        first = i
      }
      if (first < 0) return entries
      entries[first]![places[first]!] = ++this.#lastEntry
      places[first]! += 1
    }
  }
}

function unionOf(sets: readonly Int32Array[]): Int32Array {
  const union = new Int32Array(Math.max(0, ...sets.map((set) => set.length)))
  for (const set of sets) for (let i = 0; i < set.length; i++) union[i]! |= set[i]!
  return union
}

/** Numbers of packets, the same for all shards, for all runs of frames that were {@link add}ed. */
export class PacketNumbers {
  #judged: Int32Array = new Int32Array(1024)
  /** Packets before each word of frames. */
  #before: Float64Array = new Float64Array(1024)
  #words = 0
  #packets = 0

  /** The next run of frames, whose number is a multiple of 32. */
  add(judged: Int32Array): void {
    const from = this.#words
    this.#words += judged.length
    this.#judged = withRoom(this.#judged, this.#words, (length) => new Int32Array(length))
    this.#before = withRoom(this.#before, this.#words, (length) => new Float64Array(length))
    this.#judged.set(judged, from)
    let packets = this.#packets
    for (let i = 0; i < judged.length; i++) {
      this.#before[from + i] = packets
      packets += bitsIn(judged[i]!)
    }
    this.#packets = packets
  }

  /** Number of the packet of this frame; 0 stays 0. */
  of(frame: number): number {
    if (frame === 0) return 0
    const upTo = 0xffffffff >>> (31 - (frame & 31))
    return this.#before[frame >>> 5]! + bitsIn(this.#judged[frame >>> 5]! & upTo)
  }
}

/** What one shard has to say in numbers of its own, in those of all. */
export class ShardNumbers {
  readonly #packets: PacketNumbers
  #entries: Int32Array = new Int32Array(1024)
  #entryCount = 0

  constructor(packets: PacketNumbers) {
    this.#packets = packets
  }

  /** The shard's entries of the next run of frames. */
  add(entries: Int32Array): void {
    this.#entries = withRoom(this.#entries, this.#entryCount + entries.length, (length) => new Int32Array(length))
    this.#entries.set(entries, this.#entryCount)
    this.#entryCount += entries.length
  }

  packet(frame: number): number {
    return this.#packets.of(frame)
  }

  /** Number of the shard's entry; 0 stays 0. */
  entry(own: number): number {
    return own === 0 ? 0 : this.#entries[own - 1]!
  }
}

function withRoom<T extends Int32Array | Float64Array>(array: T, length: number, make: (length: number) => T): T {
  if (length <= array.length) return array
  const grown = make(Math.max(length, array.length * 2))
  grown.set(array)
  return grown
}

function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
