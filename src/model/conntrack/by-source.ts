/** Entries by the source of their first packet, so that NAT gives a client the same address and port again (kernel nf_nat_bysource). */

import { Flag, isVersion6, NatWord, natOffset, tupleWords, Word } from './entry.ts'
import type { Tuple } from './tuple.ts'

/** As much of the table as the lists need; `words` is replaced when it grows. */
interface Records {
  readonly words: Int32Array
}

const initialLists = 256

/** Lists run through the records themselves, the newest entry first. There are at least as many lists as entries in them. */
export class BySource {
  private readonly records: Records
  /** First of each list, by the low bits of the hash; different sources may share one. */
  private first: Int32Array = new Int32Array(initialLists)
  private count = 0

  constructor(records: Records) {
    this.records = records
  }

  /** An entry that is in no list yet. */
  add(entry: number): void {
    if (this.count === this.first.length) this.grow()
    this.count++
    this.putFirst(entry)
    this.records.words[entry + Word.flags]! |= Flag.isListedBySource
  }

  private putFirst(entry: number): void {
    const { words } = this.records
    const list = this.listOf(entry)
    const second = this.first[list]!
    words[this.natWords(entry) + NatWord.next] = second
    words[this.natWords(entry) + NatWord.previous] = 0
    if (second !== 0) words[this.natWords(second) + NatWord.previous] = entry
    this.first[list] = entry
  }

  /** Twice as many lists. Oldest first, so that their order stays. */
  private grow(): void {
    const { words } = this.records
    const old = this.first
    this.first = new Int32Array(old.length * 2)
    for (const head of old) {
      let entry = head
      while (entry !== 0 && words[this.natWords(entry) + NatWord.next] !== 0)
        entry = words[this.natWords(entry) + NatWord.next]!
      while (entry !== 0) {
        const newer = words[this.natWords(entry) + NatWord.previous]!
        this.putFirst(entry)
        entry = newer
      }
    }
  }

  /** Without effect on an entry that is in no list. */
  remove(entry: number): void {
    const { words } = this.records
    if ((words[entry + Word.flags]! & Flag.isListedBySource) === 0) return
    words[entry + Word.flags]! &= ~Flag.isListedBySource
    this.count--
    const at = this.natWords(entry)
    const next = words[at + NatWord.next]!
    const previous = words[at + NatWord.previous]!
    if (next !== 0) words[this.natWords(next) + NatWord.previous] = previous
    if (previous !== 0) words[this.natWords(previous) + NatWord.next] = next
    else this.first[this.listOf(entry)] = next
    words[at + NatWord.next] = 0
    words[at + NatWord.previous] = 0
  }

  /**
   * The newest entry with the source address and source port (ICMP: identifier) of `tuple`, its kind and zones as in word
   * {@link Word.zones}; `after` not 0: the next one behind that. 0: none.
   */
  find(tuple: Tuple, kind: number, zones: number, after = 0): number {
    const { words } = this.records
    let entry =
      after === 0
        ? this.first[hashSource(tuple, 0, kind, zones) & (this.first.length - 1)]!
        : words[this.natWords(after) + NatWord.next]!
    while (entry !== 0 && !this.isFrom(entry, tuple, kind, zones)) entry = words[this.natWords(entry) + NatWord.next]!
    return entry
  }

  private isFrom(entry: number, tuple: Tuple, kind: number, zones: number): boolean {
    const { words } = this.records
    if (words[entry + Word.kind] !== kind) return false
    const own = words[entry + Word.zones]!
    if (zoneOf(own) !== zoneOf(zones) || ((own ^ zones) & 0xffff) !== 0) return false
    const size = tupleWords(kind)
    const at = entry + Word.tuples
    for (let i = 0; i < (size - 1) >> 1; i++) if (words[at + i] !== tuple[i]) return false
    return words[at + size - 1]! >>> 16 === tuple[size - 1]! >>> 16
  }

  private natWords(entry: number): number {
    const { words } = this.records
    return entry + natOffset(words[entry + Word.kind]!, (words[entry + Word.flags]! & Flag.isAccounted) !== 0)
  }

  private listOf(entry: number): number {
    const { words } = this.records
    const hash = hashSource(words, entry + Word.tuples, words[entry + Word.kind]!, words[entry + Word.zones]!)
    return hash & (this.first.length - 1)
  }

  /** Bytes held for the lists, beside the records. */
  get memoryBytes(): number {
    return this.first.byteLength
  }
}

/** Only a zone of both directions parts the lists. */
const zoneOf = (zones: number): number => (zones >>> 16 === (zones & 0xffff) ? zones & 0xffff : 0)

function hashSource(words: Int32Array, at: number, kind: number, zones: number): number {
  const size = tupleWords(kind)
  let hash = Math.imul(kind | (zoneOf(zones) << 9), 0x27d4eb2f) ^ Math.imul(words[at + size - 1]! >>> 16, 0xc2b2ae3d)
  for (let i = 0; i < (kind & isVersion6 ? 4 : 1); i++)
    hash = Math.imul(hash ^ words[at + i]!, 0x9e3779b1) ^ (hash >>> 15)
  return hash ^ (hash >>> 16)
}
