/** A helper's turn with one packet: what it is given (helpers/helper.ts), made from the entry and the packet; reused for every packet. */

import { readInt32 } from '../bytes/index.ts'
import { type Packet, Protocol, replacePayload, tcpHeaderLength, udpHeaderLength } from '../packet/index.ts'
import { tupleKind } from './entry.ts'
import type { Expectation, ExpectationRefusal } from './expectation.ts'
import type { Expecting } from './expecting.ts'
import type { GreKeys } from './gre-keys.ts'
import type { HelperParameters } from './helper-parameters.ts'
import type {
  AddressWords,
  ExpectationRequest,
  Helper,
  HelperState,
  HelperVerdict,
  HelperWork,
} from './helpers/helper.ts'
import type { HostView } from './host-view.ts'
import { Reason } from './reason.ts'
import { makeAdjustment, noteChange } from './sequence-adjustment.ts'
import { Status } from './status.ts'
import { findTransport4, findTransport6, found, makeTuple, type Tuple } from './tuple.ts'

const noMemory = new Int32Array(0)
/** How many ports the kernel tries for an expectation whose own port is taken. */
const mostAttempts = 128

export class HelperTurn implements HelperWork {
  packet: Packet
  entry = 0
  family: 4 | 6 = 4
  protocol = 0
  direction: 0 | 1 = 0
  transport = 0
  from = 0
  to = 0
  sequence = 0
  memory: Int32Array = noMemory
  readonly parameters: HelperParameters
  private readonly conntrack: Expecting
  private helper: Helper | null = null
  private readonly tuple: Tuple = makeTuple()

  constructor(conntrack: Expecting, packet: Packet) {
    this.conntrack = conntrack
    this.packet = packet
    this.parameters = conntrack.settings.parameters
  }

  /** Lets the helper read the packet. Null: the packet goes on, else why it is dropped. */
  read(packet: Packet, entry: number, state: HelperState): HelperVerdict {
    if (!this.prepare(packet, entry, state)) return null
    const verdict = state.helper.read(this)
    this.helper = null
    return verdict
  }

  /** An expectation of the helper's is fulfilled, and used up. */
  follow(one: Expectation, state: HelperState): void {
    if (!state.helper.fulfilled) return
    this.remember(one.master, state)
    state.helper.fulfilled(this, one)
  }

  /** The entry is destroyed: lets its helper take down what it had built. */
  bury(entry: number, state: HelperState): void {
    if (!state.helper.destroyed) return
    this.remember(entry, state)
    state.helper.destroyed(this)
  }

  private remember(entry: number, state: HelperState): void {
    this.entry = entry
    this.family = this.conntrack.family(entry)
    this.memory = state.memory
  }

  /** False: the packet has no header that a helper could read. */
  private prepare(packet: Packet, entry: number, state: HelperState): boolean {
    const { bytes, start, end } = packet
    const reason = packet.family === 6 ? findTransport6(bytes, start, end) : findTransport4(bytes, start, end)
    if (reason !== Reason.none) return false
    const { transport } = found
    // An ICMP error about an answer goes by the name of the entry, and is read as if it were of its protocol: so does the kernel.
    const protocol = this.conntrack.protocol(entry)
    const headerLength = protocol === Protocol.tcp ? tcpHeaderLength : udpHeaderLength
    if (transport + headerLength > end) return false
    this.packet = packet
    this.entry = entry
    this.family = this.conntrack.family(entry)
    this.protocol = protocol
    this.direction = packet.isReply ? 1 : 0
    this.memory = state.memory
    this.helper = state.helper
    this.sequence = protocol === Protocol.tcp ? readInt32(bytes, transport + 4) : 0
    this.locate(transport)
    return true
  }

  private locate(transport: number): void {
    const { bytes, end } = this.packet
    this.transport = transport
    const length = this.protocol === Protocol.tcp ? (bytes[transport + 12]! >>> 4) << 2 : udpHeaderLength
    this.from = Math.min(end, transport + length)
    this.to = end
  }

  get bytes(): Uint8Array {
    return this.packet.bytes
  }

  get state(): number {
    return this.packet.state
  }

  get greKeys(): GreKeys {
    return this.conntrack.greKeys
  }

  get host(): HostView {
    return this.conntrack.host
  }

  get now(): number {
    return this.conntrack.now
  }

  random(): number {
    return this.conntrack.random()
  }

  address(direction: 0 | 1, which: 0 | 1): AddressWords {
    return this.conntrack.address(this.entry, direction, which)
  }

  port(direction: 0 | 1, which: 0 | 1): number {
    return this.conntrack.port(this.entry, direction, which)
  }

  get status(): number {
    return this.conntrack.status(this.entry)
  }

  get isTranslated(): boolean {
    return (this.status & (Status.sourceNat | Status.destinationNat)) !== 0
  }

  get master(): number {
    return this.conntrack.master(this.entry)
  }

  refresh(milliseconds: number): void {
    this.conntrack.setTimeout(this.entry, milliseconds)
  }

  expect(request: ExpectationRequest): ExpectationRefusal | null {
    const { helper } = this
    const policy = helper?.policies(this.parameters)[request.class]
    return this.conntrack.expectFrom(
      this.packet,
      {
        master: this.entry,
        family: this.family,
        helper: helper?.name ?? null,
        timeoutSeconds: request.timeoutSeconds ?? policy?.timeoutSeconds ?? 0,
        maximum: policy?.maximum ?? 0,
      },
      request,
    )
  }

  expectOnFreePort(request: ExpectationRequest): number {
    const wanted = request.destinationPort
    const range = 0xffff - wanted
    let port = wanted
    for (let attempts = Math.min(range, mostAttempts); ; attempts--) {
      const refusal = this.expect({ ...request, destinationPort: port })
      if (refusal === null) return port
      if (refusal !== 'busy' || attempts <= 0) return 0
      port = wanted + Math.floor(this.random() * range)
    }
  }

  expectations(): readonly Expectation[] {
    return this.conntrack.expectationsOf(this.entry)
  }

  findExpectation(
    protocol: number,
    source: AddressWords,
    sourcePort: number,
    destination: AddressWords,
    destinationPort: number,
  ): Expectation | null {
    this.fill(source, sourcePort, destination, destinationPort)
    const kind = tupleKind(this.family, protocol)
    return this.conntrack.findExpectation(this.tuple, kind, this.conntrack.zone(this.entry, 0))
  }

  isOwn(expectation: Expectation): boolean {
    return expectation.helper === this.helper?.name && this.conntrack.protocol(expectation.master) === this.protocol
  }

  forget(expectation: Expectation): void {
    this.conntrack.forget(expectation)
  }

  change(expectation: Expectation, to: { readonly isActive?: boolean; readonly timeoutSeconds?: number }): void {
    this.conntrack.changeExpectation(expectation, to)
  }

  findEntry(
    protocol: number,
    source: AddressWords,
    sourcePort: number,
    destination: AddressWords,
    destinationPort: number,
  ): number {
    this.fill(source, sourcePort, destination, destinationPort)
    const zone = this.conntrack.zone(this.entry, 0)
    return this.conntrack.lookUp(this.tuple, tupleKind(this.family, protocol), zone, zone)
  }

  destroyEntry(link: number): void {
    this.conntrack.kill(link & ~1)
  }

  private fill(source: AddressWords, sourcePort: number, destination: AddressWords, destinationPort: number): void {
    const words = this.family === 6 ? 4 : 1
    for (let i = 0; i < words; i++) {
      this.tuple[i] = source[i]!
      this.tuple[words + i] = destination[i]!
    }
    this.tuple[2 * words] = (sourcePort << 16) | destinationPort
  }

  replace(from: number, to: number, text: Uint8Array, isAdjusting = true): boolean {
    const { packet } = this
    const inPacket = this.transport - packet.start
    if (!replacePayload(packet, this.protocol, this.transport, from, to, text)) return false
    this.locate(packet.start + inPacket)
    const difference = text.length - (to - from)
    if (isAdjusting && difference !== 0) this.adjustSequence(this.sequence, difference)
    return true
  }

  adjustSequence(sequence: number, difference: number): void {
    if (this.protocol !== Protocol.tcp || difference === 0) return
    this.conntrack.addStatus(this.entry, Status.sequenceAdjust)
    const side = this.conntrack.sideOf(this.entry)
    side.adjustment ??= makeAdjustment()
    noteChange(side.adjustment[this.direction], sequence, difference)
  }
}
