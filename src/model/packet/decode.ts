/** Finds a packet's headers once, and says whether the IP layer would take it at all (Linux ip_rcv_core, ip6_rcv_core). */

import { fold, readUint16, sumWords } from '../bytes/index.ts'
import { followExtensionHeaders } from './extension-headers.ts'
import { Ipv4Fragment, ipv4HeaderLength } from './ipv4.ts'
import { ipv6HeaderLength } from './ipv6.ts'
import type { Packet } from './packet.ts'

/** Why the IP layer drops a packet before any hook sees it. The numbers are ours; 0 is well-formed. */
export const Malformed = {
  none: 0,
  empty: 1,
  version: 2,
  truncatedHeader: 3,
  headerLength: 4,
  headerChecksum: 5,
  totalLength: 6,
  truncated: 7,
  sourceAddress: 8,
  destinationAddress: 9,
  hopByHopOptions: 10,
} as const

export type MalformedReason = (typeof Malformed)[keyof typeof Malformed]

/** Stable codes and sentences, by number. */
export const malformedReasons: readonly { readonly code: string; readonly text: string }[] = [
  { code: 'well-formed', text: 'nothing is wrong with the IP header' },
  { code: 'empty', text: 'there is no packet in the frame' },
  { code: 'ip-version', text: 'the IP version is neither 4 nor 6' },
  { code: 'ip-truncated-header', text: 'the frame ends inside the IP header' },
  { code: 'ip-header-length', text: 'the IP header length is below its minimum' },
  { code: 'ip-header-checksum', text: 'the IPv4 header checksum is wrong' },
  { code: 'ip-total-length', text: 'the IP length is shorter than its own header' },
  { code: 'ip-truncated', text: 'the IP length says more bytes than the frame has' },
  { code: 'ip-source-address', text: 'the source address cannot be one (multicast or loopback from outside)' },
  {
    code: 'ip-destination-address',
    text: 'the destination address cannot arrive here (loopback or interface-local from outside)',
  },
  { code: 'ip-hop-by-hop', text: 'the hop-by-hop options header is malformed' },
]

/**
 * Reads `packet.bytes` from `packet.start` to `available` (exclusive) and fills in family, end, protocol, transport and the
 * fragment fields. Bytes behind the packet's own length are cut off, as the kernel does. Never throws.
 */
export function decode(packet: Packet, available: number): MalformedReason {
  const { bytes, start } = packet
  if (start >= available) return Malformed.empty
  const version = bytes[start]! >>> 4
  if (version === 4) return decodeIpv4(packet, available)
  if (version === 6) return decodeIpv6(packet, available)
  return Malformed.version
}

function decodeIpv4(packet: Packet, available: number): MalformedReason {
  const { bytes, start } = packet
  packet.family = 4
  packet.end = available
  if (available - start < ipv4HeaderLength) return Malformed.truncatedHeader
  const headerLength = (bytes[start]! & 15) << 2
  packet.protocol = bytes[start + 9]!
  if (headerLength < ipv4HeaderLength) return Malformed.headerLength
  if (start + headerLength > available) return Malformed.truncatedHeader
  if (!packet.isChecksumTrusted && fold(sumWords(bytes, start, start + headerLength)) !== 0xffff)
    return Malformed.headerChecksum
  const totalLength = readUint16(bytes, start + 2)
  if (start + totalLength > available) return Malformed.truncated
  if (totalLength < headerLength) return Malformed.totalLength
  packet.end = start + totalLength
  const fragment = readUint16(bytes, start + 6)
  packet.fragmentOffset = (fragment & Ipv4Fragment.offsetMask) << 3
  packet.moreFragments = (fragment & Ipv4Fragment.moreFragments) !== 0
  packet.transport = packet.fragmentOffset === 0 ? start + headerLength : -1
  return Malformed.none
}

function decodeIpv6(packet: Packet, available: number): MalformedReason {
  const { bytes, start } = packet
  packet.family = 6
  packet.end = available
  if (available - start < ipv6HeaderLength) return Malformed.truncatedHeader
  packet.protocol = bytes[start + 6]!
  const end = start + ipv6HeaderLength + readUint16(bytes, start + 4)
  if (end > available) return Malformed.truncated
  packet.end = end
  if (bytes[start + 8] === 0xff) return Malformed.sourceAddress
  followExtensionHeaders(packet)
  return Malformed.none
}

/** Decodes again after the bytes were replaced or grew, where the IP layer's own checks were passed before. */
export function redecode(packet: Packet): void {
  packet.moreFragments = false
  packet.fragmentOffset = 0
  packet.fragmentHeader = -1
  if (packet.family === 6) {
    packet.protocol = packet.bytes[packet.start + 6]!
    followExtensionHeaders(packet)
    return
  }
  const { bytes, start } = packet
  const fragment = readUint16(bytes, start + 6)
  packet.protocol = bytes[start + 9]!
  packet.fragmentOffset = (fragment & Ipv4Fragment.offsetMask) << 3
  packet.moreFragments = (fragment & Ipv4Fragment.moreFragments) !== 0
  packet.transport = packet.fragmentOffset === 0 ? start + ((bytes[start]! & 15) << 2) : -1
}
