/** Where nftables looks for the transport header, and which protocol it takes it for (Linux nft_set_pktinfo_ipv4, _ipv6). */

import {
  extensionHeaderLength,
  ipv6HeaderLength,
  isExtensionHeader,
  type Packet,
  Protocol,
  tcpHeaderLength,
  udpHeaderLength,
} from '../packet/index.ts'

/**
 * The transport protocol as `meta l4proto` sees it, -1 when it cannot be loaded. Later fragments have one. Unlike conntrack,
 * nftables stops at an authentication header of IPv6.
 */
export function transportProtocol(packet: Packet): number {
  if (packet.family === 4) return packet.protocol
  if (packet.bytes[packet.start + 6] === packet.protocol && !isExtensionHeader(packet.protocol)) return packet.protocol
  if (authenticationHeaderAt(packet) >= 0) return Protocol.authentication
  if (packet.transport >= 0) return packet.protocol
  return packet.fragmentOffset > 0 && !isExtensionHeader(packet.protocol) ? packet.protocol : -1
}

/** Offset of the transport header in the packet's bytes, -1 when there is none or the packet is a later fragment. */
export function transportAt(packet: Packet): number {
  const at = packet.transport
  if (packet.family === 4 || at < 0 || at === packet.start + ipv6HeaderLength) return at
  const authentication = authenticationHeaderAt(packet)
  return authentication >= 0 ? authentication : at
}

/** Offset of the first IPv6 authentication header before the transport header, or -1. */
const authenticationHeaderAt = (packet: Packet): number =>
  packet.fragmentOffset > 0 ? -1 : findExtensionHeader(packet, Protocol.authentication)

/** Offset of an IPv6 extension header, -1 when the packet has none that can be reached (Linux ipv6_find_hdr with a target). */
export function findExtensionHeader(packet: Packet, wanted: number): number {
  const { bytes, end } = packet
  let protocol = bytes[packet.start + 6]!
  let at = packet.start + ipv6HeaderLength
  while (protocol !== wanted) {
    if (!isExtensionHeader(protocol) || at + 8 > end) return -1
    if (protocol === Protocol.fragment && (((bytes[at + 2]! << 8) | bytes[at + 3]!) & 0xfff8) !== 0) return -1
    const length = extensionHeaderLength(protocol, bytes, at)
    protocol = bytes[at]!
    at += length
  }
  return at <= end ? at : -1
}

/** Offset of what the transport header carries (`@ih`), -1 when nftables does not know: TCP, UDP, GRE, IP in IP. */
export function innerAt(packet: Packet): number {
  const at = transportAt(packet)
  if (at < 0) return -1
  const { bytes, end } = packet
  switch (transportProtocol(packet)) {
    case Protocol.udp:
      return at + udpHeaderLength
    case Protocol.tcp:
      return at + tcpHeaderLength > end ? -1 : at + ((bytes[at + 12]! >>> 4) << 2)
    case Protocol.gre:
      return at + 4 > end ? -1 : at + greHeaderLength(bytes[at]!)
    case 4:
    case 41:
      return at
    default:
      return -1
  }
}

/** Flags in the first byte of GRE (RFC 2890): checksum, key, sequence, each adding four bytes. */
const greHeaderLength = (flags: number): number =>
  4 + ((flags & 0x80) >>> 5) + ((flags & 0x20) >>> 3) + ((flags & 0x10) >>> 2)

/** Offset of a whole TCP header, options included, -1 when there is none (Linux nft_tcp_header_pointer). */
export function tcpHeaderAt(packet: Packet): number {
  const at = transportAt(packet)
  if (at < 0 || transportProtocol(packet) !== Protocol.tcp || at + tcpHeaderLength > packet.end) return -1
  const length = (packet.bytes[at + 12]! >>> 4) << 2
  return length < tcpHeaderLength || at + length > packet.end ? -1 : at
}
