/** A packet in one line for people: `tcp 10.0.1.2:40000 > 10.0.2.2:80 syn`, and what an ICMP error is about. */

import { readUint16 } from '../bytes/index.ts'
import { decode, redecode } from './decode.ts'
import { icmpText, quotesPacket } from './icmp-names.ts'
import { ipv4HeaderLength } from './ipv4.ts'
import { ipv6HeaderLength } from './ipv6.ts'
import { destinationText, Packet, sourceText } from './packet.ts'
import { Protocol, protocolNames } from './protocols.ts'
import { TcpFlag } from './tcp.ts'

const flagNames = ['syn', 'fin', 'rst', 'psh', 'ack', 'urg'] as const
const echoTypes: Readonly<Record<4 | 6, readonly number[]>> = { 4: [0, 8, 13, 14, 15, 16, 17, 18], 6: [128, 129] }

const flagsText = (flags: number): string =>
  flagNames.filter((name) => (flags & TcpFlag[name]) !== 0).join('|') || 'no flags'

export const protocolText = (protocol: number): string =>
  protocol === Protocol.icmpv6 ? 'icmpv6' : (protocolNames[protocol] ?? `protocol ${protocol}`)

/** Whether the transport header begins with two ports. */
export const hasPorts = (protocol: number): boolean =>
  protocol === Protocol.tcp ||
  protocol === Protocol.udp ||
  protocol === Protocol.sctp ||
  protocol === Protocol.udplite ||
  protocol === Protocol.dccp

/** As in `10.0.0.1:53` and `[2001:db8::1]:53`. */
export const withPort = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** Protocol, endpoints and what tells it from its neighbours. Any decoded packet, however short. */
export function packetText(packet: Packet): string {
  return `${transportText(packet)}${fragmentText(packet)}`
}

function transportText(packet: Packet): string {
  const { bytes, transport, end, protocol } = packet
  const source = sourceText(packet)
  const destination = destinationText(packet)
  const name = protocolText(protocol)
  const room = transport < 0 ? 0 : end - transport
  if (hasPorts(protocol) && room >= 4) {
    const from = withPort(source, readUint16(bytes, transport))
    const to = withPort(destination, readUint16(bytes, transport + 2))
    const flags = protocol === Protocol.tcp && room >= 14 ? ` ${flagsText(bytes[transport + 13]!)}` : ''
    return `${name} ${from} > ${to}${flags}`
  }
  const plain = `${name} ${source} > ${destination}`
  return isIcmp(packet) && room >= 2 ? `${plain} ${queryText(packet, room)}` : plain
}

function queryText({ bytes, transport, family }: Packet, room: number): string {
  const version = family === 4 ? 4 : 6
  const type = bytes[transport]!
  const text = icmpText(version, type, bytes[transport + 1]!)
  if (!echoTypes[version].includes(type) || room < 8) return text
  return `${text} id ${readUint16(bytes, transport + 4)} seq ${readUint16(bytes, transport + 6)}`
}

function fragmentText({ fragmentOffset, moreFragments }: Packet): string {
  if (fragmentOffset > 0) return `, fragment at ${fragmentOffset}`
  return moreFragments ? ', first fragment' : ''
}

const isIcmp = (packet: Packet): boolean => packet.protocol === (packet.family === 4 ? Protocol.icmp : Protocol.icmpv6)

/** Whether this is an ICMP error that quotes what can be read as a packet. */
export const isQuoting = (packet: Packet): boolean => quotedPacket(packet) !== null

/** The packet that an ICMP error quotes, as far as it is there: a view on the same bytes. Null when there is none to read. */
function quotedPacket(packet: Packet): Packet | null {
  const { bytes, transport, end, family } = packet
  if (family === 0 || transport < 0 || !isIcmp(packet) || transport + 9 > end) return null
  if (!quotesPacket(family, bytes[transport]!)) return null
  const start = transport + 8
  const minimum = family === 4 ? ipv4HeaderLength : ipv6HeaderLength
  if (bytes[start]! >>> 4 !== family || start + minimum > end) return null
  return viewed(bytes, start, end, family)
}

function viewed(bytes: Uint8Array, start: number, end: number, family: 4 | 6): Packet {
  const packet = new Packet()
  packet.bytes = bytes
  packet.start = start
  packet.end = end
  packet.family = family
  redecode(packet)
  return packet
}

/** {@link packetText}, and for an ICMP error what it is about. */
export function fullText(packet: Packet): string {
  const quoted = quotedPacket(packet)
  return packetText(packet) + (quoted ? `, about ${packetText(quoted)}` : '')
}

/** The {@link fullText} of the packet between `start` and `available`. Any bytes will do. */
export function bytesText(bytes: Uint8Array, start: number, available: number): string {
  const packet = new Packet()
  packet.bytes = bytes
  packet.start = start
  packet.isChecksumTrusted = true
  if (decode(packet, available) === 0) return fullText(packet)
  const { family } = packet
  const minimum = family === 4 ? ipv4HeaderLength : ipv6HeaderLength
  if (family === 0 || start + minimum > available)
    return `${Math.max(available - start, 0)} bytes that are no IP packet`
  return fullText(viewed(bytes, start, available, family))
}
