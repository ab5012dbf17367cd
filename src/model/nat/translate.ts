/** Rewriting packets: network header, transport header, and the packets that ICMP errors quote (Linux nf_nat_manip_pkt). */

import {
  complement,
  fold,
  readUint16,
  replaceChecksum,
  sumPseudoHeader,
  sumWords,
  writeUint16,
  writeUint32,
} from '../bytes/index.ts'
import type { Conntrack } from '../conntrack/index.ts'
import { findTransport6, found, tupleWords, Word } from '../conntrack/index.ts'
import type { Packet } from '../packet/index.ts'
import {
  IcmpType,
  Icmpv6Type,
  icmpHeaderLength,
  ipv4HeaderLength,
  ipv6HeaderLength,
  Protocol,
} from '../packet/index.ts'
import { changedBit, changedBits, settledBits, Translated, type TranslatedNumber } from './halves.ts'
import { translateTransport } from './transport.ts'

const sumOfWord = (word: number): number => (word >>> 16) + (word & 0xffff)

const isVersionOfIcmp = (protocol: number): boolean => protocol === Protocol.icmp || protocol === Protocol.icmpv6

/** Whether packets of this direction get another source, or destination, in front of or behind this host's routing. */
export const isTranslated = (status: number, half: TranslatedNumber, isReply: boolean): boolean =>
  (status & (changedBit(half) ^ (isReply ? changedBits : 0))) !== 0

/**
 * Gives the network header at `header` the address, and the transport header behind it the port, that stand at `words[from]`
 * and in `port`. False: the packet is cut too short for that.
 */
function translateHeader(
  packet: Packet,
  header: number,
  protocol: number,
  half: TranslatedNumber,
  words: Int32Array,
  from: number,
  port: number,
): boolean {
  return packet.family === 4
    ? translateHeader4(packet, header, protocol, half, words[from]!, port)
    : translateHeader6(packet, header, protocol, half, words, from, port)
}

function translateHeader4(
  { bytes, end }: Packet,
  header: number,
  protocol: number,
  half: TranslatedNumber,
  address: number,
  port: number,
): boolean {
  if (header + ipv4HeaderLength > end) return false
  const at = header + (half === Translated.source ? 12 : 16)
  const before = readUint16(bytes, at) + readUint16(bytes, at + 2)
  const after = sumOfWord(address)
  const transport = header + ((bytes[header]! & 15) << 2)
  if (!translateTransport(bytes, transport, end, protocol, half, port, before, after)) return false
  writeUint16(bytes, header + 10, replaceChecksum(readUint16(bytes, header + 10), before, after))
  writeUint32(bytes, at, address)
  return true
}

/** Where the transport header cannot be found only the address changes. */
function translateHeader6(
  { bytes, end }: Packet,
  header: number,
  protocol: number,
  half: TranslatedNumber,
  words: Int32Array,
  from: number,
  port: number,
): boolean {
  if (header + ipv6HeaderLength > end) return false
  const at = header + (half === Translated.source ? 8 : 24)
  if (findTransport6(bytes, header, end) === 0) {
    const before = sumWords(bytes, at, at + 16)
    let after = 0
    for (let i = 0; i < 4; i++) after += sumOfWord(words[from + i]!)
    if (!translateTransport(bytes, found.transport, end, protocol, half, port, before, after)) return false
  }
  for (let i = 0; i < 4; i++) writeUint32(bytes, at + 4 * i, words[from + i]!)
  return true
}

/**
 * Translates a packet of a connection: it is made to look like an answer to the other direction's packets. `protocol` is the
 * connection's, or ICMP's for an error about it. False: it is cut too short.
 */
export function translatePacket(
  conntrack: Conntrack,
  packet: Packet,
  half: TranslatedNumber,
  protocol: number = conntrack.protocol(packet.entry),
): boolean {
  const { entry } = packet
  const other = packet.isReply ? 0 : 1
  // The source of this packet is the destination of its answer.
  const which = half === Translated.source ? 1 : 0
  const { words } = conntrack
  const size = tupleWords(words[entry + Word.kind]!)
  const tuple = entry + Word.tuples + other * size
  const ports = words[tuple + size - 1]!
  const isSource = isVersionOfIcmp(conntrack.protocol(entry)) || which === 0
  const port = isSource ? ports >>> 16 : ports & 0xffff
  return translateHeader(packet, packet.start, protocol, half, words, tuple + which * ((size - 1) >> 1), port)
}

/** The packet that an ICMP error quotes looks like the other direction's packet before that was translated. */
function translateQuoted(conntrack: Conntrack, packet: Packet, header: number, half: TranslatedNumber): boolean {
  const { entry } = packet
  const { words } = conntrack
  const protocol = conntrack.protocol(entry)
  const size = tupleWords(words[entry + Word.kind]!)
  const tuple = entry + Word.tuples + (packet.isReply ? 0 : size)
  const ports = words[tuple + size - 1]!
  const which = half === Translated.source ? 0 : 1
  const port = isVersionOfIcmp(protocol) || which === 0 ? ports >>> 16 : ports & 0xffff
  return translateHeader(packet, header, protocol, half, words, tuple + which * ((size - 1) >> 1), port)
}

/**
 * Translates an ICMP error about a connection, and what it quotes. False: the kernel drops it, since it is damaged or cut too
 * short, or since it is a redirect, which would tell of an address that nobody asked for.
 */
export function translateError(
  conntrack: Conntrack,
  packet: Packet,
  transport: number,
  half: TranslatedNumber,
): boolean {
  const { bytes, end } = packet
  const isVersion6 = packet.family === 6
  const quoted = transport + icmpHeaderLength
  if (quoted + (isVersion6 ? ipv6HeaderLength : ipv4HeaderLength) > end) return false
  if (!packet.isChecksumTrusted && fold(sumOfError(packet, transport)) !== 0xffff) return false
  const status = conntrack.status(packet.entry)
  const redirect = isVersion6 ? Icmpv6Type.redirect : IcmpType.redirect
  if (bytes[transport] === redirect && ((status & settledBits) !== settledBits || (status & changedBits) !== 0))
    return false
  if (!isTranslated(status, half, packet.isReply)) return true
  const opposite = half === Translated.source ? Translated.destination : Translated.source
  if (!translateQuoted(conntrack, packet, quoted, opposite)) return false
  writeUint16(bytes, transport + 2, 0)
  writeUint16(bytes, transport + 2, complement(sumOfError(packet, transport)))
  return translatePacket(conntrack, packet, half, isVersion6 ? Protocol.icmpv6 : Protocol.icmp)
}

/** ICMPv6 counts a pseudo header. */
function sumOfError({ bytes, start, end, family }: Packet, transport: number): number {
  const pseudo = family === 6 ? sumPseudoHeader(bytes, start + 8, start + 40, end - transport, Protocol.icmpv6) : 0
  return sumWords(bytes, transport, end, pseudo)
}
