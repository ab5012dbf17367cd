/** Entries as living things: their clock, timeouts, counters, events and death. Trackers work on this. */

import { Protocol } from '../packet/index.ts'
import { accountOffset, Flag, Word } from './entry.ts'
import type { Expectation } from './expectation.ts'
import { GreKeys } from './gre-keys.ts'
import { Records } from './records.ts'
import type { ConntrackSettings } from './settings.ts'
import { allChanges, Change, destroyEvent, eventsOf, Status } from './status.ts'
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

/** Model time at most this far apart is told apart by the 32-bit clock; larger leaps are taken in steps. */
const longestLeap = 0x20000000
/** The whole table is looked through for expired entries once in so many milliseconds. */
const sweepPeriod = 30_000
/** Parts of it one after the other, with so many milliseconds between them. */
const sweepPause = 100

export class Entries extends Records {
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
  /** Number of the entry that was confirmed last: so many were. */
  lastId = 0
  private sweepAt = 0
  private sweptUntil = 0
  /** Before this moment only {@link now} changes: the tick is the same, and no sweep is due. */
  private quietUntil = 0
  /** Slots that the sweep still visits looking for more than expired entries. */
  private pressedSlots = 0
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
    if (now < this.quietUntil && this.count > 0) {
      this.now = now
      return
    }
    while (now - this.now > longestLeap) this.setClock(this.now + longestLeap)
    this.setClock(now)
  }

  private setClock(now: number): void {
    const elapsed = this.now === 0 ? 0 : now - this.now
    this.now = now
    this.clock = ticksOf(now)
    if (this.sweptUntil === 0 || this.count === 0) this.sweptUntil = now
    else if (elapsed >= sweepPeriod) this.sweep(this.slots.length)
    else if (now - this.sweptUntil > sweepPause) {
      this.sweep(Math.ceil((this.slots.length * (now - this.sweptUntil)) / sweepPeriod))
      this.sweptUntil = now
    }
    this.quietUntil = Math.min((Math.floor(now / tick) + 1) * tick, this.sweptUntil + sweepPause)
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

  /** Entries in the table that have not expired; where the sweep has come to makes no difference. */
  countLiving(): number {
    let count = 0
    for (const slot of this.slots) {
      const entry = (slot >>> 8) << 3
      if (slot === 0 || this.isExpired(entry)) continue
      // Where only the reply tuple is in the table, it counts.
      if ((slot & 1) === 0 || (this.words[entry + Word.flags]! & Flag.isReplyOnly) !== 0) count++
    }
    return count
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

  /** {@link refresh} where status and flags are at hand. */
  renew(entry: number, status: number, flags: number, ticks: number, isReply: boolean, length: number): void {
    if ((status & Status.fixedTimeout) === 0) this.words[entry + Word.expiry] = (this.clock + ticks) | 0
    if (flags & Flag.isAccounted) this.count1(entry, isReply, length)
  }

  /** A valid packet of `length` bytes: renews the timeout (of {@link Timeouts}) and counts. */
  refresh(entry: number, ticks: number, isReply: boolean, length: number): void {
    const { words } = this
    this.renew(entry, words[entry + Word.status]!, words[entry + Word.flags]!, ticks, isReply, length)
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
    return this.timeoutsBy(this.words[entry + Word.flags]!, defaults)
  }

  timeoutsBy(flags: number, defaults: Timeouts): Timeouts {
    const policy = (flags >>> Flag.policyShift) & Flag.policyMask
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
        this.dropSide(entry)
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

  /** Entries in the table that have not expired. Do not track packets while iterating. */
  *entries(): IterableIterator<number> {
    for (const slot of this.slots) {
      const entry = (slot >>> 8) << 3
      if (slot !== 0 && (slot & 1) === 0 && !this.isExpired(entry)) yield entry
    }
  }
}
