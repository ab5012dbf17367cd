/** IPv6 extension headers, RFC 8200 section 4: followed as Linux ipv6_find_hdr does for nftables. */

import { readUint16 } from '../bytes/index.ts'
import { ipv6FragmentHeaderLength, ipv6HeaderLength } from './ipv6.ts'
import type { Packet } from './packet.ts'
import { Protocol } from './protocols.ts'

export const isExtensionHeader = (protocol: number): boolean =>
  protocol === Protocol.hopByHop ||
  protocol === Protocol.routing ||
  protocol === Protocol.fragment ||
  protocol === Protocol.authentication ||
  protocol === Protocol.destinationOptions

/** Length of the extension header at `at` in bytes; the caller knows that its first two bytes are there. */
export function extensionHeaderLength(protocol: number, bytes: Uint8Array, at: number): number {
  if (protocol === Protocol.fragment) return ipv6FragmentHeaderLength
  if (protocol === Protocol.authentication) return (bytes[at + 1]! + 2) << 2
  return (bytes[at + 1]! + 1) << 3
}

/** Sets protocol, transport and the fragment fields of an IPv6 packet whose fixed header is whole. */
export function followExtensionHeaders(packet: Packet): void {
  const { bytes, end } = packet
  let protocol = bytes[packet.start + 6]!
  let at = packet.start + ipv6HeaderLength
  packet.transport = -1
  while (isExtensionHeader(protocol)) {
    packet.protocol = protocol
    if (at + 8 > end) return
    const next = bytes[at]!
    if (protocol === Protocol.fragment) {
      const offsetAndFlags = readUint16(bytes, at + 2)
      // Of several, one inside the other, the first one counts: reassembly takes them away from the outside.
      if (packet.fragmentHeader < 0) {
        packet.fragmentHeader = at
        packet.fragmentOffset = offsetAndFlags & 0xfff8
        packet.moreFragments = (offsetAndFlags & 1) !== 0
      }
      if ((offsetAndFlags & 0xfff8) !== 0) {
        packet.protocol = next
        return
      }
    }
    at += extensionHeaderLength(protocol, bytes, at)
    protocol = next
    if (at > end) return
  }
  packet.protocol = protocol
  packet.transport = at
}
