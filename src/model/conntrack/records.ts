/** Records read and written by handle: status, mark, tuple, counters, labels, and what is kept beside the heap. Knows no time. */

import { accountOffset, Flag, isVersion6, trackerOffset, tupleWords, Word } from './entry.ts'
import { shiftOf } from './sequence-adjustment.ts'
import { type MasterLink, makeSide, type Side } from './side.ts'
import { Change, Status } from './status.ts'
import { Table } from './table.ts'

export class Records extends Table {
  private readonly sides: Map<number, Side> = new Map()

  /** Notes a change; it is told when one of the entry's packets passes confirmation. */
  changed(entry: number, change: number): void {
    this.words[entry + Word.flags]! |= change
  }

  /** Null for most entries. */
  side(entry: number): Side | null {
    if ((this.words[entry + Word.flags]! & Flag.hasSide) === 0) return null
    return this.sides.get(entry) ?? null
  }

  sideOf(entry: number): Side {
    const known = this.side(entry)
    if (known) return known
    const side = makeSide()
    this.sides.set(entry, side)
    this.words[entry + Word.flags]! |= Flag.hasSide
    return side
  }

  // ---- reading and writing by handle; direction 0 is original, 1 reply

  status(entry: number): number {
    return this.words[entry + Word.status]!
  }

  /** Whether NAT has given the entry other addresses or ports; `entry` 0: no. */
  isTranslated(entry: number): boolean {
    return entry !== 0 && (this.status(entry) & (Status.sourceNat | Status.destinationNat)) !== 0
  }

  addStatus(entry: number, bits: number): void {
    this.words[entry + Word.status]! |= bits
  }

  mark(entry: number): number {
    return this.words[entry + Word.mark]!
  }

  /** `ct mark set`: an event if it differs. */
  setMark(entry: number, mark: number): void {
    if (this.words[entry + Word.mark] === (mark | 0)) return
    this.words[entry + Word.mark] = mark
    this.changed(entry, Change.mark)
  }

  /** Number in order of confirmation, from 1; 0: not confirmed. */
  id(entry: number): number {
    return this.words[entry + Word.id]!
  }

  family(entry: number): 4 | 6 {
    return this.words[entry + Word.kind]! & isVersion6 ? 6 : 4
  }

  protocol(entry: number): number {
    return this.words[entry + Word.kind]! & 0xff
  }

  /** Copies an address (`which` 0: source, 1: destination) as one or four words. */
  addressWords(entry: number, direction: number, which: number, into: Int32Array, at: number): void {
    const words = tupleWords(this.words[entry + Word.kind]!)
    const half = (words - 1) >> 1
    const from = entry + Word.tuples + direction * words + which * half
    for (let i = 0; i < half; i++) into[at + i] = this.words[from + i]!
  }

  /** Raw 16 bits: a port; of ICMP the identifier (source), type << 8 | code (destination); a GRE key. */
  port(entry: number, direction: number, which: number): number {
    const words = tupleWords(this.words[entry + Word.kind]!)
    const ports = this.words[entry + Word.tuples + direction * words + words - 1]!
    return which === 0 ? ports >>> 16 : ports & 0xffff
  }

  zone(entry: number, direction: number): number {
    return (this.words[entry + Word.zones]! >>> (16 * direction)) & 0xffff
  }

  isAccounted(entry: number): boolean {
    return (this.words[entry + Word.flags]! & Flag.isAccounted) !== 0
  }

  /** 0 where the entry does not count. */
  packets(entry: number, direction: number): number {
    if (!this.isAccounted(entry)) return 0
    return this.words[entry + accountOffset(this.words[entry + Word.kind]!) + 3 * direction]! >>> 0
  }

  bytes(entry: number, direction: number): number {
    if (!this.isAccounted(entry)) return 0
    const at = entry + accountOffset(this.words[entry + Word.kind]!) + 3 * direction
    return (this.words[at + 2]! >>> 0) * 0x100000000 + (this.words[at + 1]! >>> 0)
  }

  owner(entry: number): number {
    return this.words[entry + Word.owner]!
  }

  setOwner(entry: number, owner: number): void {
    this.words[entry + Word.owner] = owner
  }

  /** What the engine has noted of the direction of a link (`handle | direction`): 0 to 65,535, at first 0. */
  course(link: number): number {
    return (this.words[(link & ~1) + Word.courses]! >>> (16 * (link & 1))) & 0xffff
  }

  setCourse(link: number, course: number): void {
    const shift = 16 * (link & 1)
    const others = this.words[(link & ~1) + Word.courses]! & ~(0xffff << shift)
    this.words[(link & ~1) + Word.courses] = others | (course << shift)
  }

  /** Whether a helper reads its packets, or their sequence numbers are shifted. */
  isTreated(entry: number): boolean {
    const side = this.side(entry)
    return side !== null && (side.helper !== null || side.adjustment !== null)
  }

  helperName(entry: number): string | null {
    return this.side(entry)?.helper?.helper.name ?? null
  }

  masterLink(entry: number): MasterLink | null {
    return this.side(entry)?.master ?? null
  }

  /** Handle of the master; 0: it has none, or the master is gone. */
  master(entry: number): number {
    const link = this.masterLink(entry)
    return link && this.words[link.entry + Word.id] === link.id ? link.entry : 0
  }

  /** What `ct helper` compares: the master's helper, also when the master is gone. */
  masterHelperName(entry: number): string | null {
    return this.masterLink(entry)?.helper ?? null
  }

  /** One of the four words of the connection labels; bit n of the label is bit n % 32 of word n / 32. */
  label(entry: number, word: number): number {
    return this.side(entry)?.labels?.[word] ?? 0
  }

  hasLabels(entry: number): boolean {
    return this.side(entry)?.labels?.some((word) => word !== 0) ?? false
  }

  /** Sets the bits of `value` in a word of the labels: `ct label set` only ever adds. An event if that changes them. */
  addLabel(entry: number, word: number, value: number): void {
    const side = this.sideOf(entry)
    side.labels ??= new Int32Array(4)
    const before = side.labels[word] ?? 0
    side.labels[word] = before | value
    if (side.labels[word] !== before) this.changed(entry, Change.label)
  }

  /** What NAT has shifted a sequence number of this direction by, as its receiver sees it. */
  sequenceShift(entry: number, direction: number, sequence: number): number {
    if ((this.words[entry + Word.status]! & Status.sequenceAdjust) === 0) return 0
    const shift = this.side(entry)?.adjustment?.[direction === 0 ? 0 : 1]
    return shift ? shiftOf(shift, sequence) : 0
  }

  /** Whether a port or identifier that NAT gave it was drawn by lot, so that no two runs of a kernel agree on it. */
  isDrawn(entry: number): boolean {
    return (this.words[entry + Word.flags]! & Flag.isDrawn) !== 0
  }

  /** Where the tracker's words begin. */
  trackerWords(entry: number): number {
    return entry + trackerOffset(this.words[entry + Word.kind]!)
  }

  /** Forgets what was kept beside a record that is given back. */
  protected dropSide(entry: number): void {
    this.sides.delete(entry)
  }
}
