/** Entries that foresee others: expectations made, fulfilled and forgotten; nf_conntrack_expect. */

import type { Packet } from '../packet/index.ts'
import { Entries } from './entries.ts'
import { tupleKind, Word } from './entry.ts'
import {
  doClash,
  type Expectation,
  type ExpectationRefusal,
  ExpectationTable,
  isSameExpectation,
} from './expectation.ts'
import type { AddressWords, ExpectationRequest } from './helpers/helper.ts'
import { findChildHelper } from './helpers/table.ts'
import { type HostView, noHost } from './host-view.ts'
import type { MasterLink } from './side.ts'
import { Status } from './status.ts'
import type { Translator } from './translator.ts'
import { makeTuple, type Tuple } from './tuple.ts'

const noBits: AddressWords = new Int32Array(4)
const everyBit = { 4: Int32Array.of(-1, 0, 0, 0), 6: Int32Array.of(-1, -1, -1, -1) } as const

/** A copy that has no more words than its family. */
const addressOf = (words: AddressWords, family: 4 | 6): AddressWords =>
  family === 6 ? words.slice() : words.slice().fill(0, 1)

const longestAnnouncement = 64

function printable(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to && text.length < longestAnnouncement; at++) {
    const byte = bytes[at] ?? 0
    text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'
  }
  return text
}

/** Who makes an expectation, and how. */
export interface Announcement {
  readonly master: number
  readonly family: 4 | 6
  /** Name of the master's helper; null: it has none (a `ct expectation` object made it). */
  readonly helper: string | null
  readonly timeoutSeconds: number
  /** Of its class for the master; 0: any number. */
  readonly maximum: number
}

export class Expecting extends Entries {
  /** Sets up the translation of expected connections; null: there is no NAT. */
  translator: Translator | null = null
  /** What helpers may ask of the host. */
  host: HostView = noHost
  /** 0 (inclusive) to 1 (exclusive), where the kernel chooses by chance; the engine gives its own. */
  random: () => number = () => 0
  private readonly expected: ExpectationTable = new ExpectationTable()

  protected expireExpectations(): void {
    if (this.expected.count === 0) return
    for (const due of this.expected.expired(this.now)) this.forget(due)
  }

  /** All but those whose master has expired: they are gone as soon as anybody looks for it. */
  *expectations(): IterableIterator<Expectation> {
    for (const one of this.expected) if (!this.isExpired(one.master)) yield one
  }

  get expectationCount(): number {
    return this.expected.count
  }

  /** Of one master, the newest first. */
  expectationsOf(master: number): readonly Expectation[] {
    return this.side(master)?.expectations.toReversed() ?? []
  }

  /** An address of an entry (`which` 0: source, 1: destination) as four words, the last three zero in IPv4. */
  address(entry: number, direction: number, which: number): AddressWords {
    const words = new Int32Array(4)
    this.addressWords(entry, direction, which, words, 0)
    return words
  }

  /** Expects a connection unless that is refused: null. */
  expectFrom(packet: Packet, announcement: Announcement, request: ExpectationRequest): ExpectationRefusal | null {
    const { family, master } = announcement
    const made: Expectation = {
      kind: tupleKind(family, request.protocol),
      source: request.source === null ? noBits : addressOf(request.source, family),
      sourceMask: request.source === null ? noBits : addressOf(request.sourceMask ?? everyBit[family], family),
      sourcePort: request.sourcePort ?? 0,
      sourcePortMask: (request.sourcePort ?? null) === null ? 0 : 0xffff,
      destination: addressOf(request.destination, family),
      destinationPort: request.destinationPort,
      class: request.class,
      helper: announcement.helper,
      isPermanent: request.isPermanent ?? false,
      isActive: request.isActive ?? true,
      expiresAt: this.now + announcement.timeoutSeconds * 1000,
      childHelper: request.childHelper ?? null,
      translation: request.translation ?? null,
      master,
      // Of whichever direction has one.
      zone: this.zone(master, 0) || this.zone(master, 1),
      createdByPacket: packet.number,
      payloadFrom: request.payloadFrom - packet.start,
      payloadTo: request.payloadTo - packet.start,
      announcement: printable(packet.bytes, request.payloadFrom, request.payloadTo),
    }
    return this.addExpectation(made, announcement.maximum, request.isMasterIgnored ?? false)
  }

  /** The same one made again replaces the first; the oldest of a full class gives way. */
  private addExpectation(made: Expectation, maximum: number, isMasterIgnored: boolean): ExpectationRefusal | null {
    for (const rival of this.expected.rivals(made)) {
      const isComparable = isMasterIgnored || rival.master === made.master
      if (isComparable && isSameExpectation(rival, made)) {
        if (rival.class !== made.class || rival.master !== made.master) return 'already'
        this.forget(rival)
        break
      }
      if (doClash(rival, made)) return 'busy'
    }
    const siblings = this.sideOf(made.master).expectations
    const ofClass = siblings.filter((one) => one.class === made.class)
    if (maximum > 0 && ofClass.length >= maximum && ofClass[0]) this.forget(ofClass[0])
    if (this.expected.count >= this.settings.maximumExpectations) return 'full'
    this.expected.insert(made)
    this.sideOf(made.master).expectations.push(made)
    this.listener?.expectation('new', made)
    return null
  }

  forget(gone: Expectation): void {
    if (!this.expected.remove(gone)) return
    const side = this.side(gone.master)
    if (side) side.expectations = side.expectations.filter((one) => one !== gone)
    this.listener?.expectation('destroy', gone)
  }

  /** Without an event, as in the kernel. */
  changeExpectation(one: Expectation, to: { readonly isActive?: boolean; readonly timeoutSeconds?: number }): void {
    if (to.isActive !== undefined) one.isActive = to.isActive
    if (to.timeoutSeconds === undefined) return
    one.expiresAt = this.now + to.timeoutSeconds * 1000
    this.expected.rescheduled(one)
  }

  /** The one, active or not, that a packet with this tuple would fulfil. */
  findExpectation(tuple: Tuple, kind: number, zone: number): Expectation | null {
    return this.expected.find(tuple, kind, zone)
  }

  protected override forgetExpectations(master: number): void {
    for (const one of this.side(master)?.expectations ?? []) this.forget(one)
  }

  /**
   * The new entry may be what a master foresaw: it is then expected, takes over the master's mark, and gets the helper and the
   * translation that were foreseen for it. Uses the expectation up. False: nobody expects it.
   */
  protected fulfil(packet: Packet, entry: number, tuple: Tuple, kind: number): boolean {
    const one = this.expected.match(tuple, kind, packet.zoneOriginal || packet.zoneReply)
    if (!one) return false
    const status = this.status(one.master)
    if ((status & Status.confirmed) === 0 || (status & Status.dying) !== 0) return false
    if (!one.isPermanent) this.forget(one)
    this.addStatus(entry, Status.expected)
    this.words[entry + Word.mark] = this.mark(one.master)
    const side = this.sideOf(entry)
    side.master = this.linkToMaster(one)
    const helper = one.childHelper === null ? null : findChildHelper(one.childHelper, kind & 0xff)
    if (helper) side.helper = { helper, memory: new Int32Array(helper.memoryWords) }
    this.followUp(one)
    if (one.translation) this.translator?.expected(entry, one)
    return true
  }

  /** What the helper does when a connection that it foresaw has come. */
  protected followUp(_one: Expectation): void {}

  private linkToMaster(one: Expectation): MasterLink {
    const tuple = makeTuple()
    this.copyTuple(one.master, 0, tuple)
    return {
      entry: one.master,
      id: this.id(one.master),
      kind: this.words[one.master + Word.kind]!,
      tuple,
      helper: this.helperName(one.master),
      createdByPacket: one.createdByPacket,
      payloadFrom: one.payloadFrom,
      payloadTo: one.payloadTo,
      announcement: one.announcement,
    }
  }
}
