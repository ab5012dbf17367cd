/** A packet in one line of words: `icmp 10.0.2.2 > 10.0.1.2 destination-unreachable/port-unreachable, about udp ...`. */

import { addressText, readUint16 } from '../../model/bytes/index.ts'
import {
  extensionHeaderLength,
  IcmpType,
  Icmpv6Type,
  icmpHeaderLength,
  isExtensionHeader,
  Protocol,
  protocolNames,
  TcpFlag,
} from '../../model/packet/index.ts'
import { icmpv6Words, icmpWords } from './icmp-words.ts'

const flagNames: readonly (readonly [number, string])[] = [
  [TcpFlag.syn, 'syn'],
  [TcpFlag.fin, 'fin'],
  [TcpFlag.rst, 'rst'],
  [TcpFlag.psh, 'psh'],
  [TcpFlag.ack, 'ack'],
  [TcpFlag.urg, 'urg'],
]

const isPortProtocol = (protocol: number): boolean =>
  protocol === Protocol.tcp ||
  protocol === Protocol.udp ||
  protocol === Protocol.sctp ||
  protocol === Protocol.dccp ||
  protocol === Protocol.udplite

const isIcmpError = (type: number): boolean =>
  type === IcmpType.destinationUnreachable ||
  type === IcmpType.sourceQuench ||
  type === IcmpType.redirect ||
  type === IcmpType.timeExceeded ||
  type === IcmpType.parameterProblem

/** The packet between `start` and `available`. Any bytes will do. */
export function describePacket(bytes: Uint8Array, start: number, available: number): string {
  return describe(bytes, start, available, false)
}

function describe(bytes: Uint8Array, start: number, available: number, isQuoted: boolean): string {
  const version = start < available ? bytes[start]! >>> 4 : 0
  if (version === 4 && available - start >= 20) return describeIpv4(bytes, start, available, isQuoted)
  if (version === 6 && available - start >= 40) return describeIpv6(bytes, start, available, isQuoted)
  return `${Math.max(available - start, 0)} bytes that are no IP packet`
}

function describeIpv4(bytes: Uint8Array, start: number, available: number, isQuoted: boolean): string {
  const source = addressText(bytes.subarray(start + 12, start + 16))
  const destination = addressText(bytes.subarray(start + 16, start + 20))
  const offset = (readUint16(bytes, start + 6) & 0x1fff) * 8
  const transport = offset === 0 ? start + ((bytes[start]! & 15) << 2) : -1
  const text = describeTransport(bytes, transport, available, bytes[start + 9]!, [source, destination], isQuoted)
  return text + fragmentText(offset, (bytes[start + 6]! & 0x20) !== 0)
}

const fragmentText = (offset: number, more: boolean): string =>
  offset > 0 ? `, fragment at ${offset}` : more ? ', first fragment' : ''

function describeIpv6(bytes: Uint8Array, start: number, available: number, isQuoted: boolean): string {
  const source = addressText(bytes.subarray(start + 8, start + 24))
  const destination = addressText(bytes.subarray(start + 24, start + 40))
  let protocol = bytes[start + 6]!
  let at = start + 40
  let fragment = ''
  while (isExtensionHeader(protocol) && at + 8 <= available) {
    const next = bytes[at]!
    if (protocol === Protocol.fragment) {
      const field = readUint16(bytes, at + 2)
      fragment = fragmentText(field & 0xfff8, (field & 1) !== 0)
      if ((field & 0xfff8) !== 0)
        return describeTransport(bytes, -1, available, next, [source, destination], isQuoted) + fragment
    }
    at += extensionHeaderLength(protocol, bytes, at)
    protocol = next
  }
  return describeTransport(bytes, at, available, protocol, [source, destination], isQuoted) + fragment
}

type Ends = readonly [source: string, destination: string]

function describeTransport(
  bytes: Uint8Array,
  at: number,
  available: number,
  protocol: number,
  ends: Ends,
  isQuoted: boolean,
): string {
  const name = protocol === Protocol.icmpv6 ? 'icmpv6' : (protocolNames[protocol] ?? `protocol ${protocol}`)
  const [source, destination] = ends
  const room = at < 0 ? 0 : available - at
  if (isPortProtocol(protocol) && room >= 4) {
    const flags = protocol === Protocol.tcp && room >= 14 && !isQuoted ? ` ${flagsText(bytes[at + 13]!)}` : ''
    return `${name} ${withPort(source, readUint16(bytes, at))} > ${withPort(destination, readUint16(bytes, at + 2))}${flags}`
  }
  const plain = `${name} ${source} > ${destination}`
  if (protocol === Protocol.icmp && room >= 4) return `${plain} ${describeIcmp(bytes, at, available, isQuoted)}`
  if (protocol === Protocol.icmpv6 && room >= 4) return `${plain} ${describeIcmpv6(bytes, at, available, isQuoted)}`
  return plain
}

/** As in `10.0.0.1:53` and `[2001:db8::1]:53`. */
export const withPort = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

function flagsText(flags: number): string {
  const names = flagNames.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name)
  return names.length > 0 ? names.join('|') : 'no flags'
}

function describeIcmp(bytes: Uint8Array, at: number, available: number, isQuoted: boolean): string {
  const type = bytes[at]!
  const words = icmpWords(type, bytes[at + 1]!)
  if (isIcmpError(type)) return words + aboutText(bytes, at, available, isQuoted)
  return words + queryText(bytes, at, available)
}

function describeIcmpv6(bytes: Uint8Array, at: number, available: number, isQuoted: boolean): string {
  const type = bytes[at]!
  const words = icmpv6Words(type, bytes[at + 1]!)
  if (type < 128) return words + aboutText(bytes, at, available, isQuoted)
  return type === Icmpv6Type.echoRequest || type === Icmpv6Type.echoReply
    ? words + queryText(bytes, at, available)
    : words
}

function aboutText(bytes: Uint8Array, at: number, available: number, isQuoted: boolean): string {
  const quoted = at + icmpHeaderLength
  return isQuoted || quoted >= available ? '' : `, about ${describe(bytes, quoted, available, true)}`
}

const queryText = (bytes: Uint8Array, at: number, available: number): string =>
  at + 8 <= available ? ` id ${readUint16(bytes, at + 4)} seq ${readUint16(bytes, at + 6)}` : ''
