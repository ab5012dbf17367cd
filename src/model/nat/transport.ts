/**
 * Ports, identifiers and keys behind a network header, and the checksums that cover them and the addresses (Linux nf_nat_proto).
 * Checksums are mended, not computed: a wrong one stays wrong. SCTP's alone is new.
 */

import { readUint16, replaceChecksum, writeUint16 } from '../bytes/index.ts'
import { sctpChecksum } from '../conntrack/index.ts'
import { Icmpv6Type, Protocol, tcpHeaderLength } from '../packet/index.ts'
import { Translated, type TranslatedNumber } from './halves.ts'

/** Of a TCP header an ICMP error quotes so many bytes at least; every other header must be there so far. */
const leastHeader = 8
const sctpHeaderLength = 12
const mangledZero = 0xffff

const addressMaskReply = 18

/** ICMP types with an identifier: echo, timestamp, information, address mask; requests and replies. */
const hasIdentifier = (type: number): boolean => type === 0 || type === 8 || (type >= 13 && type <= addressMaskReply)

/**
 * Writes `port` over the source or destination port of the header at `at`, in a packet that ends at `end`; `before` and `after`
 * are sums of the address that is about to change, which pseudo headers count. False: the packet is cut too short.
 */
export function translateTransport(
  bytes: Uint8Array,
  at: number,
  end: number,
  protocol: number,
  half: TranslatedNumber,
  port: number,
  before: number,
  after: number,
): boolean {
  switch (protocol) {
    case Protocol.tcp:
      return translateTcp(bytes, at, end, half, port, before, after)
    case Protocol.udp:
    case Protocol.udplite:
      return translateUdp(bytes, at, end, protocol, half, port, before, after)
    case Protocol.icmp:
      return translateIcmp(bytes, at, end, port)
    case Protocol.icmpv6:
      return translateIcmpv6(bytes, at, end, port, before, after)
    case Protocol.sctp:
      return translateSctp(bytes, at, end, half, port)
    case Protocol.gre:
      return translateGre(bytes, at, end, half, port)
    default:
      return true
  }
}

/** Writes a 16-bit word and mends the checksum at `checksumAt` for it and for the address. */
function replaceWord(
  bytes: Uint8Array,
  at: number,
  value: number,
  checksumAt: number,
  before: number,
  after: number,
): void {
  const old = readUint16(bytes, at)
  writeUint16(bytes, at, value)
  writeUint16(bytes, checksumAt, replaceChecksum(readUint16(bytes, checksumAt), before + old, after + value))
}

const portAt = (at: number, half: TranslatedNumber): number => (half === Translated.source ? at : at + 2)

function translateTcp(
  bytes: Uint8Array,
  at: number,
  end: number,
  half: TranslatedNumber,
  port: number,
  before: number,
  after: number,
): boolean {
  if (at + leastHeader > end) return false
  if (at + tcpHeaderLength > end) writeUint16(bytes, portAt(at, half), port)
  else replaceWord(bytes, portAt(at, half), port, at + 16, before, after)
  return true
}

/** A UDP checksum of zero is none, and stays; one that becomes zero is written as its other form. */
function translateUdp(
  bytes: Uint8Array,
  at: number,
  end: number,
  protocol: number,
  half: TranslatedNumber,
  port: number,
  before: number,
  after: number,
): boolean {
  if (at + leastHeader > end) return false
  if (protocol === Protocol.udp && readUint16(bytes, at + 6) === 0) {
    writeUint16(bytes, portAt(at, half), port)
    return true
  }
  replaceWord(bytes, portAt(at, half), port, at + 6, before, after)
  if (readUint16(bytes, at + 6) === 0) writeUint16(bytes, at + 6, mangledZero)
  return true
}

function translateIcmp(bytes: Uint8Array, at: number, end: number, identifier: number): boolean {
  if (at + leastHeader > end) return false
  if (hasIdentifier(bytes[at]!)) replaceWord(bytes, at + 4, identifier, at + 2, 0, 0)
  return true
}

function translateIcmpv6(
  bytes: Uint8Array,
  at: number,
  end: number,
  identifier: number,
  before: number,
  after: number,
): boolean {
  if (at + leastHeader > end) return false
  const type = bytes[at]!
  if (type === Icmpv6Type.echoRequest || type === Icmpv6Type.echoReply)
    replaceWord(bytes, at + 4, identifier, at + 2, before, after)
  else writeUint16(bytes, at + 2, replaceChecksum(readUint16(bytes, at + 2), before, after))
  return true
}

/** Over all that is there, also of a packet that an ICMP error quotes only in part. */
function translateSctp(bytes: Uint8Array, at: number, end: number, half: TranslatedNumber, port: number): boolean {
  if (at + leastHeader > end) return false
  writeUint16(bytes, portAt(at, half), port)
  if (at + sctpHeaderLength > end) return true
  const checksum = sctpChecksum(bytes, at, end)
  for (let i = 0; i < 4; i++) bytes[at + 8 + i] = checksum >>> (8 * i)
  return true
}

/** Only version 1 (PPTP) names its receiver, by call id; version 0 has no key that could clash, others are not known. */
function translateGre(bytes: Uint8Array, at: number, end: number, half: TranslatedNumber, key: number): boolean {
  if (at + leastHeader > end) return false
  if (half === Translated.source) return true
  const version = bytes[at + 1]! & 7
  if (version === 1) writeUint16(bytes, at + 6, key)
  return version <= 1
}
