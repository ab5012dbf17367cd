/** NAT at its four hooks: the first packet of a connection settles its translation, every packet is rewritten (Linux nf_nat_inet_fn). */

import { InvariantError, readInt32 } from '../bytes/index.ts'
import type { Conntrack, Expectation, Translator } from '../conntrack/index.ts'
import { Flag, findTransport6, found, NatWord, natOffset, State, tupleWords, Word } from '../conntrack/index.ts'
import {
  destinationAt,
  Hook,
  type HookFunction,
  HookVerdict,
  type HookVerdictNumber,
  icmpHeaderLength,
  ipv4HeaderLength,
  ipv6HeaderLength,
  type Packet,
  Protocol,
  sourceAt,
  tcpHeaderLength,
} from '../packet/index.ts'
import { Bindings } from './bindings.ts'
import type { ExpectedConnection } from './expected/expected.ts'
import { findSetup } from './expected/table.ts'
import { Translated, type TranslatedNumber } from './halves.ts'
import type { OwnAddresses } from './own-addresses.ts'
import { makeRange, type NatRange, type RuleNat } from './range.ts'
import { isTranslated, translateError, translatePacket } from './translate.ts'

/** Why NAT dropped the last packet that it dropped. */
export const NatRefusal = {
  /** A rule of a chain said so. */
  rule: 0,
  /** There is no address to translate to. */
  address: 1,
  /** An ICMP error that cannot be translated, or a redirect. */
  error: 2,
  /** The transport header is cut off. */
  header: 3,
  /** A masqueraded connection was routed to another interface: it was destroyed. */
  interface: 4,
  /** No route leads to the new destination. */
  route: 5,
} as const
export type NatRefusalNumber = (typeof NatRefusal)[keyof typeof NatRefusal]

/** What must be there of any other header than TCP's. */
const shortHeaderLength = 8

export interface NatOptions {
  readonly conntrack: Conntrack
  readonly addresses: OwnAddresses
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number
}

export class Nat implements RuleNat, Translator {
  refusal: NatRefusalNumber = NatRefusal.rule
  /** Set when a packet's destination is translated: its route is no longer right. Whoever asks clears it before. */
  hasNewDestination = false
  private readonly conntrack: Conntrack
  private readonly addresses: OwnAddresses
  private readonly bindings: Bindings
  /** What a rule asked for, changed on the way. */
  private readonly range: NatRange = makeRange()

  constructor(options: NatOptions) {
    this.conntrack = options.conntrack
    this.addresses = options.addresses
    this.bindings = new Bindings(options.conntrack, options.random)
  }

  /** A packet at one of the hooks; `chains` are that hook's, in order. Postrouting and input translate sources, the others destinations. */
  pass(packet: Packet, chains: readonly HookFunction[], half: TranslatedNumber): HookVerdictNumber {
    const { entry, state } = packet
    if (entry === 0) return HookVerdict.accept
    if (state !== State.established) {
      const at = state === State.related ? this.errorAt(packet) : -1
      if (at >= 0) return this.passError(packet, at, half)
      if (!this.bindings.isSettled(entry, half)) {
        const verdict = this.settle(packet, chains, half)
        if (verdict !== HookVerdict.accept) return verdict
        return this.translate(packet, half)
      }
    }
    if (packet.hook === Hook.postrouting && !packet.isReply && this.hasMoved(packet)) return this.giveUp(packet)
    return this.translate(packet, half)
  }

  /** Whether packets of this direction go to another address than their sender gave them. */
  hasOtherDestination({ entry, isReply }: Packet): boolean {
    const { conntrack } = this
    if (entry === 0 || !isTranslated(conntrack.status(entry), Translated.destination, isReply)) return false
    const { words } = conntrack
    const size = tupleWords(words[entry + Word.kind]!)
    const own = entry + Word.tuples + (isReply ? size : 0) + ((size - 1) >> 1)
    const other = entry + Word.tuples + (isReply ? 0 : size)
    for (let i = 0; i < (size - 1) >> 1; i++) if (words[own + i] !== words[other + i]) return true
    return false
  }

  /** On its second pass over the loopback a packet has its new destination already. */
  private noteDestination({ entry, isReply, bytes, start, family }: Packet): void {
    const { words } = this.conntrack
    const size = tupleWords(words[entry + Word.kind]!)
    const source = entry + Word.tuples + (isReply ? 0 : size)
    const at = start + (family === 4 ? 16 : 24)
    for (let i = 0; i < (size - 1) >> 1; i++)
      if (readInt32(bytes, at + 4 * i) !== words[source + i]) this.hasNewDestination = true
  }

  private translate(packet: Packet, half: TranslatedNumber): HookVerdictNumber {
    if (!isTranslated(this.conntrack.status(packet.entry), half, packet.isReply)) return HookVerdict.accept
    if (half === Translated.destination) this.noteDestination(packet)
    packet.joinTo(packet.transport + (packet.protocol === Protocol.tcp ? tcpHeaderLength : shortHeaderLength))
    if (translatePacket(this.conntrack, packet, half)) return HookVerdict.accept
    return this.refuse(NatRefusal.header)
  }

  /** Where the ICMP header of an error stands; -1: the packet is no ICMP of its own IP version. */
  private errorAt({ bytes, start, end, family }: Packet): number {
    if (family === 4) return bytes[start + 9] === Protocol.icmp ? start + ((bytes[start]! & 15) << 2) : -1
    return findTransport6(bytes, start, end) === 0 && found.protocol === Protocol.icmpv6 ? found.transport : -1
  }

  private passError(packet: Packet, at: number, half: TranslatedNumber): HookVerdictNumber {
    if (half === Translated.destination && isTranslated(this.conntrack.status(packet.entry), half, packet.isReply))
      this.noteDestination(packet)
    this.joinError(packet, half)
    return translateError(this.conntrack, packet, at, half) ? HookVerdict.accept : this.refuse(NatRefusal.error)
  }

  /** The quoted network header is always looked at, its transport header only to be translated. */
  private joinError(packet: Packet, half: TranslatedNumber): void {
    const network = icmpHeaderLength + (packet.family === 6 ? ipv6HeaderLength : ipv4HeaderLength)
    const isTcp = this.conntrack.protocol(packet.entry) === Protocol.tcp
    const isRewritten = isTranslated(this.conntrack.status(packet.entry), half, packet.isReply)
    const length = network + (isRewritten ? (isTcp ? tcpHeaderLength : shortHeaderLength) : 0)
    packet.joinTo(packet.transport + length)
  }

  /** The chains one after the other, until one has settled it; `accept` alone does not keep the next one from being asked. */
  private settle(packet: Packet, chains: readonly HookFunction[], half: TranslatedNumber): HookVerdictNumber {
    const { entry } = packet
    this.refusal = NatRefusal.rule
    for (let i = 0; i < chains.length; i++) {
      const verdict = chains[i]!(packet)
      if (verdict !== HookVerdict.accept) return verdict
      if (this.bindings.isSettled(entry, half)) return HookVerdict.accept
    }
    return this.bindings.settleAsItIs(entry, half)
  }

  private refuse(why: NatRefusalNumber): HookVerdictNumber {
    this.refusal = why
    return HookVerdict.drop
  }

  // ---- masqueraded connections are tied to their interface

  private hasMoved({ entry, output }: Packet): boolean {
    const { words } = this.conntrack
    const flags = words[entry + Word.flags]!
    return (flags & Flag.isMasqueraded) !== 0 && words[this.interfaceWord(entry)] !== output
  }

  private interfaceWord(entry: number): number {
    const { words } = this.conntrack
    const isAccounted = (words[entry + Word.flags]! & Flag.isAccounted) !== 0
    return entry + natOffset(words[entry + Word.kind]!, isAccounted) + NatWord.interface
  }

  private giveUp(packet: Packet): HookVerdictNumber {
    this.conntrack.account(packet.entry, packet.isReply, packet.end - packet.start)
    this.conntrack.kill(packet.entry)
    return this.refuse(NatRefusal.interface)
  }

  // ---- what rules ask for

  source(packet: Packet, range: NatRange): HookVerdictNumber {
    return this.bindings.settle(
      packet.entry,
      range.isNetmap ? this.mapNetwork(packet, range, sourceAt(packet)) : range,
      Translated.source,
    )
  }

  destination(packet: Packet, range: NatRange): HookVerdictNumber {
    return this.bindings.settle(
      packet.entry,
      range.isNetmap ? this.mapNetwork(packet, range, destinationAt(packet)) : range,
      Translated.destination,
    )
  }

  masquerade(packet: Packet, range: NatRange): HookVerdictNumber {
    const { entry } = packet
    const { conntrack } = this
    // A packet without a source address: whoever asks for one by DHCP is not to be masqueraded.
    if (packet.family === 4 && conntrack.words[entry + Word.tuples] === 0) return HookVerdict.accept
    const address = this.addresses.masquerade(packet)
    if (!address) return this.refuse(NatRefusal.address)
    conntrack.words[entry + Word.flags]! |= Flag.isMasqueraded
    conntrack.words[this.interfaceWord(entry)] = packet.output
    return this.bindings.settle(entry, this.only(address, range), Translated.source)
  }

  redirect(packet: Packet, range: NatRange): HookVerdictNumber {
    const address = this.addresses.redirect(packet)
    if (!address) return this.refuse(NatRefusal.address)
    return this.bindings.settle(packet.entry, this.only(address, range), Translated.destination)
  }

  /** The range's ports and flags, with this address. */
  private only(address: Uint8Array, range: NatRange): NatRange {
    const changed = this.copy(range)
    for (let i = 0; 4 * i < address.length; i++) {
      const word = readInt32(address, 4 * i)
      changed.minimumAddress[i] = word
      changed.maximumAddress[i] = word
    }
    return changed
  }

  /** Where both ends of the range have the same bit it stands for the network, else for the host. */
  private mapNetwork(packet: Packet, range: NatRange, at: number): NatRange {
    const changed = this.copy(range)
    changed.isNetmap = true
    for (let i = 0; i < (packet.family === 6 ? 4 : 1); i++) {
      const mask = ~(range.minimumAddress[i]! ^ range.maximumAddress[i]!)
      const word = (readInt32(packet.bytes, at + 4 * i) & ~mask) | (range.minimumAddress[i]! & mask)
      changed.minimumAddress[i] = word
      changed.maximumAddress[i] = word
    }
    return changed
  }

  private copy(from: NatRange): NatRange {
    const { range } = this
    range.hasAddresses = true
    range.isNetmap = false
    range.hasPorts = from.hasPorts
    range.minimumPort = from.minimumPort
    range.maximumPort = from.maximumPort
    range.isRandom = from.isRandom
    range.isFullyRandom = from.isFullyRandom
    range.isPersistent = from.isPersistent
    range.basePort = from.basePort
    return range
  }

  // ---- what helpers foresaw

  expected(entry: number, expectation: Expectation): void {
    const { translation, master } = expectation
    if (!translation) return
    const setup = findSetup(translation.name)
    if (!setup) throw new InvariantError(`no translation ${translation.name}`)
    const settle = (half: TranslatedNumber) => (address: Int32Array, port?: number) => {
      this.bindings.settle(entry, rangeOf(address, port), half)
    }
    const connection: ExpectedConnection = {
      conntrack: this.conntrack,
      entry,
      master,
      expectation,
      translation,
      source: settle(Translated.source),
      destination: settle(Translated.destination),
    }
    setup.set(connection)
  }
}

function rangeOf(address: Int32Array, port: number | undefined): NatRange {
  const range = makeRange()
  range.hasAddresses = true
  range.minimumAddress.set(address)
  range.maximumAddress.set(address)
  range.hasPorts = port !== undefined
  range.minimumPort = port ?? 0
  range.maximumPort = port ?? 0
  return range
}
