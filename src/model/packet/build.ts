/** Builds whole IPv4 and IPv6 packets, correct lengths and checksums included: for tests, benches and examples, not for the packet path. */

import {
  complement,
  InvariantError,
  parseAddress,
  sumPseudoHeader,
  sumWords,
  writeUint16,
  writeUint32,
} from '../bytes/index.ts'
import { decode } from './decode.ts'
import { Ipv4Fragment, ipv4HeaderLength } from './ipv4.ts'
import { ipv6FragmentHeaderLength, ipv6HeaderLength } from './ipv6.ts'
import { Packet } from './packet.ts'
import { Protocol } from './protocols.ts'
import { TcpFlag, tcpHeaderLength } from './tcp.ts'
import { udpHeaderLength } from './udp.ts'

const nothing = new Uint8Array(0)

/** What every builder takes. The family is that of the addresses, written as text. */
export interface IpFields {
  readonly from: string
  readonly to: string
  /** Time to live or hop limit; 64 when left out. */
  readonly ttl?: number
  /** Type of service or traffic class. */
  readonly tos?: number
  /** IPv4 identification, or that of the IPv6 fragment header. */
  readonly id?: number
  readonly dontFragment?: boolean
  readonly moreFragments?: boolean
  /** In bytes; a non-zero offset or `moreFragments` gives an IPv6 packet its fragment header. */
  readonly fragmentOffset?: number
  /** IPv4 options, filled up to words with zeros; or IPv6 extension headers, whole, whose first is `optionsProtocol`. */
  readonly options?: Uint8Array
  readonly optionsProtocol?: number
  readonly flowLabel?: number
}

export interface UdpFields extends IpFields {
  readonly fromPort: number
  readonly toPort: number
  readonly payload?: Uint8Array | string
  /** Written as is instead of the right one. */
  readonly checksum?: number
}

export interface TcpFields extends UdpFields {
  /** Letters F S R P A U E C in any order; 'S' when left out. */
  readonly flags?: string
  readonly sequence?: number
  readonly acknowledgment?: number
  readonly window?: number
  /** TCP options, filled up to words with zeros. */
  readonly tcpOptions?: Uint8Array
  readonly urgentPointer?: number
}

export interface IcmpFields extends IpFields {
  readonly type: number
  readonly code?: number
  /** Bytes 4 to 7 of the header: identifier and sequence, MTU, pointer. */
  readonly identifier?: number
  readonly sequence?: number
  /** Data, or the packet that an error quotes. */
  readonly payload?: Uint8Array | string
  readonly checksum?: number
}

const letters: Readonly<Record<string, number>> = {
  F: TcpFlag.fin,
  S: TcpFlag.syn,
  R: TcpFlag.rst,
  P: TcpFlag.psh,
  A: TcpFlag.ack,
  U: TcpFlag.urg,
  E: TcpFlag.ecn,
  C: TcpFlag.cwr,
}

const flagBits = (text: string): number => [...text].reduce((sum, letter) => sum | (letters[letter] ?? 0), 0)

function bytesOf(payload: Uint8Array | string | undefined): Uint8Array {
  if (payload === undefined) return nothing
  return typeof payload === 'string' ? Uint8Array.from(payload, (character) => character.charCodeAt(0)) : payload
}

function addressOf(text: string): Uint8Array {
  const address = parseAddress(text)
  if (!address) throw new InvariantError(`not an address: ${text}`)
  return address
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array((bytes.length + 3) & ~3)
  whole.set(bytes)
  return whole
}

/** An IP packet around `payload`, which is taken as it is. */
export function buildIp(fields: IpFields, protocol: number, payload: Uint8Array = nothing): Uint8Array {
  const from = addressOf(fields.from)
  const to = addressOf(fields.to)
  return from.length === 4
    ? buildIpv4(fields, from, to, protocol, payload)
    : buildIpv6(fields, from, to, protocol, payload)
}

function buildIpv4(
  fields: IpFields,
  from: Uint8Array,
  to: Uint8Array,
  protocol: number,
  payload: Uint8Array,
): Uint8Array {
  const options = padded(fields.options ?? nothing)
  const headerLength = ipv4HeaderLength + options.length
  const bytes = new Uint8Array(headerLength + payload.length)
  bytes[0] = 0x40 | (headerLength >>> 2)
  bytes[1] = fields.tos ?? 0
  writeUint16(bytes, 2, bytes.length)
  writeUint16(bytes, 4, fields.id ?? 0)
  const flags =
    (fields.dontFragment ? Ipv4Fragment.dontFragment : 0) | (fields.moreFragments ? Ipv4Fragment.moreFragments : 0)
  writeUint16(bytes, 6, flags | ((fields.fragmentOffset ?? 0) >>> 3))
  bytes[8] = fields.ttl ?? 64
  bytes[9] = protocol
  bytes.set(from, 12)
  bytes.set(to, 16)
  bytes.set(options, ipv4HeaderLength)
  writeUint16(bytes, 10, complement(sumWords(bytes, 0, headerLength)))
  bytes.set(payload, headerLength)
  return bytes
}

function buildIpv6(
  fields: IpFields,
  from: Uint8Array,
  to: Uint8Array,
  protocol: number,
  payload: Uint8Array,
): Uint8Array {
  const options = fields.options ?? nothing
  const isFragment = fields.moreFragments === true || (fields.fragmentOffset ?? 0) > 0
  const fragmentAt = ipv6HeaderLength + options.length
  const payloadAt = fragmentAt + (isFragment ? ipv6FragmentHeaderLength : 0)
  const bytes = new Uint8Array(payloadAt + payload.length)
  writeUint32(bytes, 0, 0x60000000 | ((fields.tos ?? 0) << 20) | (fields.flowLabel ?? 0))
  writeUint16(bytes, 4, bytes.length - ipv6HeaderLength)
  const behindOptions = isFragment ? Protocol.fragment : protocol
  bytes[6] = options.length > 0 ? (fields.optionsProtocol ?? Protocol.hopByHop) : behindOptions
  bytes[7] = fields.ttl ?? 64
  bytes.set(from, 8)
  bytes.set(to, 24)
  bytes.set(options, ipv6HeaderLength)
  if (isFragment) {
    bytes[fragmentAt] = protocol
    writeUint16(bytes, fragmentAt + 2, (fields.fragmentOffset ?? 0) | (fields.moreFragments ? 1 : 0))
    writeUint32(bytes, fragmentAt + 4, fields.id ?? 0)
  }
  bytes.set(payload, payloadAt)
  return bytes
}

/** The checksum of a transport `segment` (its checksum field zero) between two addresses. */
export function transportChecksum(fields: IpFields, segment: Uint8Array, protocol: number): number {
  const addresses = Uint8Array.from([...addressOf(fields.from), ...addressOf(fields.to)])
  const pseudo = sumPseudoHeader(addresses, 0, addresses.length, segment.length, protocol)
  return complement(sumWords(segment, 0, segment.length, pseudo))
}

/** A UDP segment without its IP header: what fragments are cut from. */
export function buildUdpSegment(fields: UdpFields): Uint8Array {
  const payload = bytesOf(fields.payload)
  const segment = new Uint8Array(udpHeaderLength + payload.length)
  writeUint16(segment, 0, fields.fromPort)
  writeUint16(segment, 2, fields.toPort)
  writeUint16(segment, 4, segment.length)
  segment.set(payload, udpHeaderLength)
  writeUint16(segment, 6, fields.checksum ?? (transportChecksum(fields, segment, Protocol.udp) || 0xffff))
  return segment
}

export const buildUdp = (fields: UdpFields): Uint8Array => buildIp(fields, Protocol.udp, buildUdpSegment(fields))

export function buildTcp(fields: TcpFields): Uint8Array {
  const payload = bytesOf(fields.payload)
  const options = padded(fields.tcpOptions ?? nothing)
  const headerLength = tcpHeaderLength + options.length
  const segment = new Uint8Array(headerLength + payload.length)
  writeUint16(segment, 0, fields.fromPort)
  writeUint16(segment, 2, fields.toPort)
  writeUint32(segment, 4, fields.sequence ?? 0)
  writeUint32(segment, 8, fields.acknowledgment ?? 0)
  segment[12] = headerLength << 2
  segment[13] = flagBits(fields.flags ?? 'S')
  writeUint16(segment, 14, fields.window ?? 64240)
  writeUint16(segment, 18, fields.urgentPointer ?? 0)
  segment.set(options, tcpHeaderLength)
  segment.set(payload, headerLength)
  writeUint16(segment, 16, fields.checksum ?? transportChecksum(fields, segment, Protocol.tcp))
  return buildIp(fields, Protocol.tcp, segment)
}

/** ICMP between IPv4 addresses, ICMPv6 between IPv6 ones. */
export function buildIcmp(fields: IcmpFields): Uint8Array {
  const payload = bytesOf(fields.payload)
  const segment = new Uint8Array(8 + payload.length)
  segment[0] = fields.type
  segment[1] = fields.code ?? 0
  writeUint16(segment, 4, fields.identifier ?? 0)
  writeUint16(segment, 6, fields.sequence ?? 0)
  segment.set(payload, 8)
  const isVersion6 = fields.from.includes(':')
  const right = isVersion6
    ? transportChecksum(fields, segment, Protocol.icmpv6)
    : complement(sumWords(segment, 0, segment.length))
  writeUint16(segment, 2, fields.checksum ?? right)
  return buildIp(fields, isVersion6 ? Protocol.icmpv6 : Protocol.icmp, segment)
}

/** A decoded packet over a copy of `bytes`, as it arrives from `input` at `time` milliseconds. */
export function packetOf(bytes: Uint8Array, input = 0, time = 0): Packet {
  const packet = new Packet()
  packet.bytes = bytes.slice()
  packet.start = 0
  packet.end = bytes.length
  decode(packet, bytes.length)
  packet.input = input
  packet.time = time
  return packet
}
