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

/** What a walk over IPv6 extension headers found; reused, as it lasts only until the next walk. */
const walked = { protocol: -1, at: -1 }

/**
 * Follows the extension headers of a packet that has some (Linux ipv6_find_hdr): up to a header that is none, to an authentication
 * header, at which nftables stops unlike conntrack, or to a later fragment, whose protocol is known but not its place.
 * Answers whether the protocol is known.
 */
function walk(packet: Packet): boolean {
  const { bytes, end, start } = packet
  let protocol = bytes[start + 6]!
  let at = start + ipv6HeaderLength
  while (isExtensionHeader(protocol) && protocol !== Protocol.authentication) {
    if (at + 2 > end) return false
    if (protocol === Protocol.fragment) {
      if (at + 4 > end) return false
      if ((((bytes[at + 2]! << 8) | bytes[at + 3]!) & 0xfff8) !== 0) {
        walked.protocol = bytes[at]!
        walked.at = -1
        return !isExtensionHeader(walked.protocol)
      }
    }
    const length = extensionHeaderLength(protocol, bytes, at)
    protocol = bytes[at]!
    at += length
  }
  walked.protocol = protocol
  walked.at = at
  return true
}

/** Whether the packet is one whose transport header follows the IPv6 header at once: nearly all are. */
const isPlain = (packet: Packet): boolean => {
  const next = packet.bytes[packet.start + 6]!
  return next === packet.protocol && !isExtensionHeader(next)
}

/** The transport protocol as `meta l4proto` sees it, -1 when it cannot be loaded. Later fragments have one. */
export function transportProtocol(packet: Packet): number {
  if (packet.family === 4 || isPlain(packet)) return packet.protocol
  return walk(packet) ? walked.protocol : -1
}

/** Offset of the transport header in the packet's bytes, -1 when there is none or the packet is a later fragment. */
export function transportAt(packet: Packet): number {
  if (packet.family === 4 || isPlain(packet)) return packet.transport
  return walk(packet) ? walked.at : -1
}

/**
 * Like {@link transportAt}, but as the kernel's short cut for loads of 1, 2 and 4 aligned bytes has it, which forgets about
 * fragments (nft_payload_fast_eval): in a later fragment of IPv4 it reads the fragment's data, in IPv6 the network header.
 */
export function hastyTransportAt(packet: Packet): number {
  if (packet.transport >= 0 && (packet.family === 4 || isPlain(packet))) return packet.transport
  if (packet.family === 4) return packet.start + ((packet.bytes[packet.start]! & 15) << 2)
  if (!walk(packet)) return -1
  return walked.at >= 0 ? walked.at : packet.start
}

/** Offset of an IPv6 extension header, -1 when the packet has none that can be reached (Linux ipv6_find_hdr with a target). */
export function findExtensionHeader(packet: Packet, wanted: number): number {
  const { bytes, end } = packet
  let protocol = bytes[packet.start + 6]!
  let at = packet.start + ipv6HeaderLength
  while (isExtensionHeader(protocol)) {
    if (at + (protocol === Protocol.fragment ? 4 : 2) > end) return -1
    if (protocol === wanted) return at
    if (protocol === Protocol.fragment && (((bytes[at + 2]! << 8) | bytes[at + 3]!) & 0xfff8) !== 0) return -1
    const length = extensionHeaderLength(protocol, bytes, at)
    protocol = bytes[at]!
    at += length
  }
  return protocol === wanted && at <= end ? at : -1
}

const ipInIp = 4

/** Offset of what the transport header carries (`@ih`), -1 when nftables does not know: TCP, UDP, GRE, IPv4 in IP. */
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
      return at + 4 > end || !isPlainGre(bytes, at) ? -1 : at + greHeaderLength(bytes[at]!)
    case ipInIp:
      return at
    default:
      return -1
  }
}

/** Version 0 without routing: of others, such as PPTP's, nftables knows no inner header. */
const isPlainGre = (bytes: Uint8Array, at: number): boolean => (bytes[at]! & 0x40) === 0 && (bytes[at + 1]! & 7) === 0

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
