/** What chains count, noted as numbers: which rules a packet matched, and which counters counted it. */

import type { Hits } from './rule.ts'

/** A packet that more rules and counters count than this is not noted. */
const mostNotes = 62

export class Journal {
  /** Ids of rules; of counters `-1 - place`. */
  readonly notes: Int32Array = new Int32Array(mostNotes)
  count = 0
  /** There was no room for all. */
  isOverfull = false
  private readonly hits: Hits
  private readonly counters: Float64Array[] = []
  private readonly places: Map<Float64Array, number> = new Map()

  constructor(hits: Hits) {
    this.hits = hits
  }

  clear(): void {
    this.forgetFrom(0)
  }

  forgetFrom(place: number): void {
    this.count = place
    this.isOverfull = false
  }

  add(note: number): void {
    if (this.count < mostNotes) this.notes[this.count++] = note
    else this.isOverfull = true
  }

  /** The note of a counter, which is its packets and their bytes. */
  noteOf(counts: Float64Array): number {
    const place = this.places.get(counts) ?? this.counters.push(counts) - 1
    this.places.set(counts, place)
    return -1 - place
  }

  /** Counts what is noted, of one packet. */
  carryOutNow(bytes: number): void {
    this.carryOut(this.notes.subarray(0, this.count), 1, bytes)
    this.clear()
  }

  /** Counts what so many packets with these notes, of so many network-layer bytes together, would have counted. */
  carryOut(notes: Int32Array, packets: number, bytes: number): void {
    for (const note of notes) {
      if (note < 0) {
        const counts = this.counters[-1 - note]!
        counts[0]! += packets
        counts[1]! += bytes
      } else {
        this.hits.packets[note]! += packets
        this.hits.bytes[note]! += bytes
      }
    }
  }
}
