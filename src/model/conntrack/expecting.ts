/** Entries that foresee others: expectations made, fulfilled and forgotten, and helpers at work; nf_conntrack_expect. */

import { readInt32 } from '../bytes/index.ts'
import type { Packet } from '../packet/index.ts'
import { Entries, type MasterLink } from './entries.ts'
import { isVersion6, tupleKind, Word } from './entry.ts'
import {
  doClash,
  type Expectation,
  type ExpectationRefusal,
  ExpectationTable,
  isSameExpectation,
} from './expectation.ts'
import type { Finding, HelperState } from './helpers/helper.ts'
import { readPayload } from './payload.ts'
import { Reason } from './reason.ts'
import { Status } from './status.ts'
import { makeTuple, type Tuple } from './tuple.ts'

const everyBit = (words: number): Int32Array => new Int32Array(4).fill(-1, 0, words)

export class Expecting extends Entries {
  private readonly expected: ExpectationTable = new ExpectationTable()

  protected expireExpectations(): void {
    if (this.expected.count === 0) return
    for (const due of this.expected.expired(this.now)) this.forget(due)
  }

  expectations(): Iterable<Expectation> {
    return this.expected
  }

  get expectationCount(): number {
    return this.expected.count
  }

  /** As four words, the last three zero in IPv4. */
  protected address(entry: number, direction: number, which: number): Int32Array {
    const words = new Int32Array(4)
    this.addressWords(entry, direction, which, words, 0)
    return words
  }

  protected makeExpectation(
    packet: Packet,
    master: number,
    of: {
      readonly kind: number
      readonly source: Int32Array
      readonly destination: Int32Array
      readonly destinationPort: number
      readonly class: number
      readonly helper: string | null
      readonly seconds: number
      readonly payloadFrom: number
      readonly payloadTo: number
    },
  ): Expectation {
    // An object may name the other family than the entry's: the kernel then cuts the address off, or fills it with zeros.
    const words = of.kind & isVersion6 ? 4 : 1
    return {
      kind: of.kind,
      source: of.source.fill(0, words),
      sourceMask: everyBit(words),
      sourcePort: 0,
      sourcePortMask: 0,
      destination: of.destination.fill(0, words),
      destinationPort: of.destinationPort,
      class: of.class,
      helper: of.helper,
      isPermanent: false,
      isActive: true,
      expiresAt: this.now + of.seconds * 1000,
      master,
      zone: this.zone(master, 0),
      createdByPacket: packet.number,
      payloadFrom: of.payloadFrom - packet.start,
      payloadTo: of.payloadTo - packet.start,
    }
  }

  /** Takes it in unless it is refused: null. The same one made again replaces the first; the oldest of a full class gives way. */
  protected addExpectation(made: Expectation, maximum: number): ExpectationRefusal | null {
    for (const rival of this.expected.rivals(made)) {
      if (rival.master === made.master && isSameExpectation(rival, made)) {
        if (rival.class !== made.class) return 'already'
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

  private forget(gone: Expectation): void {
    if (!this.expected.remove(gone)) return
    const side = this.side(gone.master)
    if (side) side.expectations = side.expectations.filter((one) => one !== gone)
    this.listener?.expectation('destroy', gone)
  }

  protected override forgetExpectations(master: number): void {
    for (const one of this.side(master)?.expectations ?? []) this.forget(one)
  }

  /** The new entry may be what a master foresaw: it is then expected, and takes over the master's mark. Uses the expectation up. */
  protected fulfil(packet: Packet, entry: number, tuple: Tuple, kind: number): void {
    const one = this.expected.match(tuple, kind, packet.zoneOriginal || packet.zoneReply)
    if (!one) return
    const status = this.status(one.master)
    if ((status & Status.confirmed) === 0 || (status & Status.dying) !== 0) return
    if (!one.isPermanent) this.forget(one)
    this.addStatus(entry, Status.expected)
    this.words[entry + Word.mark] = this.mark(one.master)
    this.sideOf(entry).master = this.linkToMaster(one)
  }

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
    }
  }

  /** Lets the helper read the packet. False: the packet is dropped, with its reason. */
  protected help(packet: Packet, entry: number, state: HelperState): boolean {
    const payload = readPayload(this, packet, entry)
    if (!payload) return true
    const outcome = state.helper.find(payload, state.memory)
    if (outcome === 'nothing') return true
    const reason = outcome === 'drop' ? Reason.helperDropped : this.announce(packet, entry, state, outcome)
    if (reason !== Reason.none) packet.reason = reason
    return reason === Reason.none
  }

  /** Turns a finding into an expectation from the peer to the sender. A named address other than the sender's own is not believed. */
  private announce(packet: Packet, entry: number, state: HelperState, finding: Finding): number {
    const near = packet.isReply ? 1 : 0
    const far = 1 - near
    if (finding.destination && !isAddress(finding.destination, this.address(entry, near, 0))) return Reason.none
    const policy = state.helper.policies[finding.class]
    const edit = finding.edits[0]
    const made = this.makeExpectation(packet, entry, {
      kind: tupleKind(this.family(entry), finding.protocol),
      source: this.address(entry, far, 0),
      destination: this.address(entry, far, 1),
      destinationPort: finding.destinationPort,
      class: finding.class,
      helper: state.helper.name,
      seconds: policy?.timeoutSeconds ?? 0,
      payloadFrom: edit?.from ?? packet.start,
      payloadTo: edit?.to ?? packet.start,
    })
    return this.addExpectation(made, policy?.maximum ?? 0) === null ? Reason.none : Reason.expectationRefused
  }
}

function isAddress(address: Uint8Array, words: Int32Array): boolean {
  for (let i = 0; 4 * i < address.length; i++) if (readInt32(address, 4 * i) !== words[i]) return false
  return true
}
