/** Entries as living things: their clock, timeouts, counters, rare extras, events and death. Trackers work on this. */

import { Protocol } from '../packet/index.ts'
import { accountOffset, Flag, isVersion6, trackerOffset, tupleWords, Word } from './entry.ts'
import type { Expectation } from './expectation.ts'
import { GreKeys } from './gre-keys.ts'
import type { HelperState } from './helpers/helper.ts'
import { type SequenceAdjustment, shiftOf } from './sequence-adjustment.ts'
import type { ConntrackSettings } from './settings.ts'
import { allChanges, Change, destroyEvent, eventsOf, Status } from './status.ts'
import { Table } from './table.ts'
import { makeTimeouts, type Timeouts, type TimeoutTables, tick, ticksOf } from './timeouts.ts'
import { isShuttingDown } from './trackers/sctp-states.ts'
import { isClosing } from './trackers/tcp-states.ts'
import type { Tuple } from './tuple.ts'

/** What ctnetlink would tell its listeners, as it happens. */
export interface ConntrackListener {
  /** `changes`: {@link Change} bits of a `new` or `update`; 0 for `destroy`. The entry can still be read during the call. */
  entry(kind: 'new' | 'update' | 'destroy', entry: number, changes: number): void
  expectation(kind: 'new' | 'destroy', expectation: Expectation): void
}

/** What an expected entry remembers of its making, also when the expectation and the master are gone. */
export interface MasterLink {
  /** Handle of the master while `id` is still its id. */
  readonly entry: number
  readonly id: number
  readonly kind: number
  readonly tuple: Tuple
  readonly helper: string | null
  readonly createdByPacket: number
  readonly payloadFrom: number
  readonly payloadTo: number
  readonly announcement: string
}

/** What few entries have. */
export interface Side {
  helper: HelperState | null
  labels: Int32Array | null
  master: MasterLink | null
  /** Oldest first. */
  expectations: Expectation[]
  /** Null until NAT changes the length of a payload. */
  adjustment: SequenceAdjustment | null
  /** Which events a rule chose; null: nobody chose. */
  events: EventMasks | null
  /** When it was confirmed, in model milliseconds; -1: not yet, or nf_conntrack_timestamp is off. */
  startedAt: number
}

/** As the kernel's entry has them: bits IPCT_* for the entry's events, IPEXP_* for those of its expectations. */
export interface EventMasks {
  entry: number
  expectations: number
}

/** Model time at most this far apart is told apart by the 32-bit clock; larger leaps are taken in steps. */
const longestLeap = 0x20000000
/** The whole table is looked through for expired entries once in so many milliseconds. */
const sweepPeriod = 30_000

export class Entries extends Table {
  readonly settings: ConntrackSettings
  readonly timeouts: TimeoutTables
  /** Which call ids of PPTP belong together. */
  readonly greKeys: GreKeys = new GreKeys()
  listener: ConntrackListener | null = null
  /** Entries made from now on count packets and bytes. */
  isAccounting: boolean
  /** Milliseconds. */
  now = 0
  private clock = 0
  private lastId = 0
  private sweepAt = 0
  private sweptUntil = 0
  /** Slots that the sweep still visits looking for more than expired entries. */
  private pressedSlots = 0
  private readonly sides: Map<number, Side> = new Map()
  private readonly policies: Timeouts[] = []
  /** Records outside the table: not yet confirmed, or dead and perhaps still on a packet. Freed before the next packet. */
  private limbo: number[] = []

  constructor(settings: ConntrackSettings) {
    super()
    this.settings = settings
    this.timeouts = makeTimeouts(settings)
    this.isAccounting = settings.isAccounting
  }

  // ---- time

  /** Moves the clock; never back. What expired since is destroyed in part: lookups and listings never see the rest. */
  protected moveClock(now: number): void {
    if (this.limbo.length > 0) this.clearLimbo()
    if (now <= this.now) return
    while (now - this.now > longestLeap) this.setClock(this.now + longestLeap)
    this.setClock(now)
  }

  private setClock(now: number): void {
    const elapsed = this.now === 0 ? 0 : now - this.now
    this.now = now
    this.clock = ticksOf(now)
    if (this.sweptUntil === 0 || this.count === 0) this.sweptUntil = now
    else if (elapsed >= sweepPeriod) this.sweep(this.slots.length)
    else if (now - this.sweptUntil > 100) {
      this.sweep(Math.ceil((this.slots.length * (now - this.sweptUntil)) / sweepPeriod))
      this.sweptUntil = now
    }
  }

  private sweep(slots: number): void {
    for (let n = 0; n < slots; n++) {
      this.sweepAt = (this.sweepAt + 1) & (this.slots.length - 1)
      // Destroying may move another entry into this slot.
      while (this.isDueAt(this.sweepAt)) this.kill((this.slots[this.sweepAt]! >>> 8) << 3)
      if (this.pressedSlots > 0) this.pressedSlots--
    }
  }

  private isDueAt(at: number): boolean {
    const slot = this.slots[at]!
    if (slot === 0) return false
    const entry = (slot >>> 8) << 3
    return this.isExpired(entry) || (this.pressedSlots > 0 && this.isSpareable(entry))
  }

  /** The table is full and had no room: the next sweep also takes what can be done without, down to 95 % of the maximum. */
  protected pressHard(): void {
    this.pressedSlots = this.slots.length
  }

  /** Unassured, or of a connection that is ending (gc_worker_can_early_drop). */
  private isSpareable(entry: number): boolean {
    if (this.count <= Math.floor(this.settings.maximumEntries / 100) * 95) return false
    if ((this.status(entry) & Status.assured) === 0) return true
    const protocol = this.protocol(entry)
    const state = this.words[this.trackerWords(entry)]!
    if (protocol === Protocol.tcp) return isClosing(state & 15)
    return protocol === Protocol.sctp && isShuttingDown(state)
  }

  isExpired(entry: number): boolean {
    return ((this.words[entry + Word.expiry]! - this.clock) | 0) <= 0
  }

  /** Milliseconds until it expires. */
  remaining(entry: number): number {
    return Math.max(0, (this.words[entry + Word.expiry]! - this.clock) | 0) * tick
  }

  /** Whether the clock has reached a moment that {@link moment} gave. */
  isPast(moment: number): boolean {
    return ((this.clock - moment) | 0) > 0
  }

  /** The moment in so many milliseconds, as one word. */
  moment(milliseconds: number): number {
    return (this.clock + ticksOf(milliseconds)) | 0
  }

  /** Sets the timeout in milliseconds, unless it is fixed. */
  setTimeout(entry: number, milliseconds: number): void {
    this.setTicks(entry, ticksOf(milliseconds))
  }

  /** The same for a value of {@link Timeouts}. */
  setTicks(entry: number, ticks: number): void {
    if (this.words[entry + Word.status]! & Status.fixedTimeout) return
    this.words[entry + Word.expiry] = (this.clock + ticks) | 0
  }

  /** A valid packet of `length` bytes: renews the timeout (of {@link Timeouts}) and counts. */
  refresh(entry: number, ticks: number, isReply: boolean, length: number): void {
    const { words } = this
    if ((words[entry + Word.status]! & Status.fixedTimeout) === 0) {
      words[entry + Word.expiry] = (this.clock + ticks) | 0
    }
    if (words[entry + Word.flags]! & Flag.isAccounted) this.count1(entry, isReply, length)
  }

  /** Counts a packet where accounting is on. */
  account(entry: number, isReply: boolean, length: number): void {
    if (this.words[entry + Word.flags]! & Flag.isAccounted) this.count1(entry, isReply, length)
  }

  private count1(entry: number, isReply: boolean, length: number): void {
    const { words } = this
    const at = entry + accountOffset(words[entry + Word.kind]!) + (isReply ? 3 : 0)
    words[at]!++
    const low = (words[at + 1]! >>> 0) + length
    words[at + 1] = low | 0
    if (low > 0xffffffff) words[at + 2]!++
  }

  /** The link (`handle | direction`) of the live entry with this tuple, or 0. Expired ones met on the way are destroyed. */
  lookUp(tuple: Tuple, kind: number, zoneOriginal: number, zoneReply: number): number {
    for (;;) {
      const link = this.find(tuple, kind, zoneOriginal, zoneReply)
      if (link === 0 || !this.isExpired(link & ~1)) return link
      this.kill(link & ~1)
    }
  }

  // ---- timeout policies

  /** The entry's policy, or the protocol's defaults. */
  timeoutsFor(entry: number, defaults: Timeouts): Timeouts {
    const policy = (this.words[entry + Word.flags]! >>> Flag.policyShift) & Flag.policyMask
    return policy === 0 ? defaults : this.policies[policy - 1]!
  }

  protected hasPolicy(entry: number): boolean {
    return ((this.words[entry + Word.flags]! >>> Flag.policyShift) & Flag.policyMask) !== 0
  }

  /** False when 255 different policies are in use already. */
  protected setPolicy(entry: number, policy: Timeouts): boolean {
    let number = this.policies.indexOf(policy) + 1
    if (number === 0) {
      if (this.policies.length >= Flag.policyMask) return false
      number = this.policies.push(policy)
    }
    const cleared = this.words[entry + Word.flags]! & ~(Flag.policyMask << Flag.policyShift)
    this.words[entry + Word.flags] = cleared | (number << Flag.policyShift)
    return true
  }

  // ---- events

  /** Notes a change; it is told when one of the entry's packets passes confirmation. */
  changed(entry: number, change: number): void {
    this.words[entry + Word.flags]! |= change
  }

  /** Tells what has gathered, if the entry is in the table. */
  protected deliver(entry: number): void {
    const flags = this.words[entry + Word.flags]!
    const changes = flags & allChanges
    if (changes === 0) return
    const status = this.words[entry + Word.status]!
    if ((status & Status.confirmed) === 0 || (status & Status.dying) !== 0) return
    this.words[entry + Word.flags] = flags & ~allChanges
    this.listener?.entry(changes & (Change.new | Change.related) ? 'new' : 'update', entry, changes)
  }

  /** `ct event set`: the mask of later events. Where events are off, an entry that is not confirmed yet is excepted by it. */
  setEventMask(entry: number, mask: number): void {
    const known = this.side(entry)?.events
    if (known) known.entry = mask
    else if (this.settings.isTellingEvents) this.sideOf(entry).events = { entry: mask, expectations: -1 }
    else if (mask !== 0 && (this.status(entry) & Status.confirmed) === 0) {
      this.sideOf(entry).events = { entry: mask, expectations: 0 }
      // What happened before was noted nowhere.
      this.words[entry + Word.flags]! &= ~allChanges
    }
  }

  /** Whether ctnetlink tells its listeners of what a {@link ConntrackListener} hears: nf_conntrack_events and masks choose. */
  isTold(kind: 'new' | 'update' | 'destroy', entry: number, changes: number): boolean {
    const masks = this.side(entry)?.events
    if (!masks) return this.settings.isTellingEvents
    return (masks.entry & (kind === 'destroy' ? destroyEvent : eventsOf(changes))) !== 0
  }

  isExpectationTold(kind: 'new' | 'destroy', master: number): boolean {
    const masks = this.side(master)?.events
    if (!masks) return this.settings.isTellingEvents
    return (masks.expectations & (kind === 'new' ? 1 : 2)) !== 0
  }

  // ---- birth and death

  /** A record for an unconfirmed entry: it lives until the next packet unless it is confirmed. 0 if there is no room. */
  protected create(kind: number): number {
    const entry = this.allocate(kind, this.isAccounting)
    if (entry !== 0) this.limbo.push(entry)
    return entry
  }

  /** Takes a confirmed entry into the table under the next id. */
  protected settle(entry: number): void {
    this.words[entry + Word.status]! |= Status.confirmed
    this.words[entry + Word.id] = ++this.lastId
    if (this.settings.isTimestamping) this.sideOf(entry).startedAt = this.now
    // Nearly always it is the latest.
    if (this.limbo[this.limbo.length - 1] === entry) this.limbo.pop()
    else this.limbo = this.limbo.filter((one) => one !== entry)
  }

  /** Destroys an entry of the table, with its event; its record can be read until the next packet. True if it was alive. */
  kill(entry: number): boolean {
    const status = this.words[entry + Word.status]!
    if ((status & Status.confirmed) === 0 || (status & Status.dying) !== 0) return false
    this.words[entry + Word.status] = status | Status.dying
    this.listener?.entry('destroy', entry, 0)
    this.unlink(entry)
    this.bury(entry)
    this.limbo.push(entry)
    return true
  }

  /** No packet is under way any more: what entries expected that were never confirmed is forgotten with them. */
  endWalk(): void {
    for (let i = 0; i < this.limbo.length; i++) this.forgetExpectations(this.limbo[i]!)
  }

  private clearLimbo(): void {
    const gone = this.limbo
    this.limbo = []
    for (const entry of gone) {
      this.forgetExpectations(entry)
      if (this.words[entry + Word.flags]! & Flag.hasSide) {
        this.forgetGreKeys(entry)
        this.sides.delete(entry)
      }
      this.discard(entry)
    }
  }

  /** The keys of a PPTP call are gone with the first of its GRE flows that is, confirmed or not (destroy_gre_conntrack). */
  private forgetGreKeys(entry: number): void {
    const master = this.protocol(entry) === Protocol.gre ? this.master(entry) : 0
    if (master !== 0) this.greKeys.forget(master)
  }

  /** What follows from the death of a master; the owner of the expectations knows. */
  protected forgetExpectations(_master: number): void {}

  /** What follows from the death of an entry of the table. */
  protected bury(entry: number): void {
    this.forgetExpectations(entry)
    this.forgetGreKeys(entry)
  }

  // ---- rare extras

  /** Null for most entries. */
  side(entry: number): Side | null {
    if ((this.words[entry + Word.flags]! & Flag.hasSide) === 0) return null
    return this.sides.get(entry) ?? null
  }

  sideOf(entry: number): Side {
    const known = this.side(entry)
    if (known) return known
    const side: Side = {
      helper: null,
      labels: null,
      master: null,
      expectations: [],
      adjustment: null,
      events: null,
      startedAt: -1,
    }
    this.sides.set(entry, side)
    this.words[entry + Word.flags]! |= Flag.hasSide
    return side
  }

  // ---- reading and writing by handle; direction 0 is original, 1 reply

  status(entry: number): number {
    return this.words[entry + Word.status]!
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

  /** Where the tracker's 14 words begin. */
  trackerWords(entry: number): number {
    return entry + trackerOffset(this.words[entry + Word.kind]!)
  }

  /** Entries in the table that have not expired. Do not track packets while iterating. */
  *entries(): IterableIterator<number> {
    for (const slot of this.slots) {
      const entry = (slot >>> 8) << 3
      if (slot !== 0 && (slot & 1) === 0 && !this.isExpired(entry)) yield entry
    }
  }
}
