/** A packet in one line for people: `tcp 10.0.1.2:40000 > 10.0.2.2:80 [S]`, and what an ICMP error is about. */

import { printAddress, readUint16 } from '../bytes/index.ts'
import { redecode } from './decode.ts'
import { icmpText, quotesPacket } from './icmp-names.ts'
import { ipv4HeaderLength } from './ipv4.ts'
import { ipv6HeaderLength } from './ipv6.ts'
import { destinationText, Packet, sourceText } from './packet.ts'
import { Protocol, protocolNames } from './protocols.ts'
import { tcpHeaderLength } from './tcp.ts'

const flagLetters = 'FSRPAUEC'

/** Flags of a TCP header as letters: `SA`; `none` when there are none. */
export const tcpFlagsText = (flags: number): string =>
  [...flagLetters].filter((_, bit) => (flags >>> bit) & 1).join('') || 'none'

export const protocolText = (protocol: number): string => protocolNames[protocol] ?? `protocol-${protocol}`

const hasPorts = (protocol: number): boolean =>
  protocol === Protocol.tcp ||
  protocol === Protocol.udp ||
  protocol === Protocol.sctp ||
  protocol === Protocol.udplite ||
  protocol === Protocol.dccp

const endpoint = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** Protocol, endpoints and what tells it from its neighbours. Any decoded packet, however short. */
export function packetText(packet: Packet): string {
  const { bytes, transport, end, protocol } = packet
  const source = sourceText(packet)
  const destination = destinationText(packet)
  const name = protocol === Protocol.icmpv6 ? 'icmpv6' : protocolText(protocol)
  if (transport < 0 || packet.fragmentOffset > 0)
    return `${name} ${source} > ${destination} fragment at ${packet.fragmentOffset}`
  if (hasPorts(protocol) && transport + 4 <= end) {
    const from = endpoint(source, readUint16(bytes, transport))
    const to = endpoint(destination, readUint16(bytes, transport + 2))
    const flags =
      protocol === Protocol.tcp && transport + tcpHeaderLength <= end
        ? ` [${tcpFlagsText(bytes[transport + 13]!)}]`
        : ''
    return `${name} ${from} > ${to}${flags}`
  }
  if (isIcmp(packet) && transport + 2 <= end) {
    return `${name} ${source} > ${destination} ${icmpText(packet.family === 4 ? 4 : 6, bytes[transport]!, bytes[transport + 1]!)}`
  }
  return `${name} ${source} > ${destination}`
}

/** What an ICMP error quotes, in one line; null when the packet is no error, or quotes too little to tell. */
export function quotedText(packet: Packet): string | null {
  const quoted = quotedPacket(packet)
  return quoted === null ? null : packetText(quoted)
}

const isIcmp = (packet: Packet): boolean => packet.protocol === (packet.family === 4 ? Protocol.icmp : Protocol.icmpv6)

/** The packet that an ICMP error quotes, as far as it is there: a view on the same bytes. Null when there is none to read. */
export function quotedPacket(packet: Packet): Packet | null {
  const { bytes, transport, end, family } = packet
  if (family === 0 || transport < 0 || !isIcmp(packet) || transport + 9 > end) return null
  if (!quotesPacket(family, bytes[transport]!)) return null
  const start = transport + 8
  const minimum = family === 4 ? ipv4HeaderLength : ipv6HeaderLength
  if (bytes[start]! >>> 4 !== family || start + minimum > end) return null
  const quoted = new Packet()
  quoted.bytes = bytes
  quoted.start = start
  quoted.end = end
  quoted.family = family
  redecode(quoted)
  return quoted
}

/** An address and, where the protocol has ports, the port, as rules and people write them. */
export const endpointText = (bytes: Uint8Array, at: number, length: number, port: number | null): string => {
  const address = printAddress(bytes, at, length)
  return port === null ? address : endpoint(address, port)
}
