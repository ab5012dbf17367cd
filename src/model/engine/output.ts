/** The last step: cutting to the MTU, and handing bytes to the interface (Linux ip_finish_output, ip6_finish_output). */

import { readUint16 } from '../bytes/index.ts'
import { loopbackIndex } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { IcmpType, Icmpv6Type, Ipv4Fragment, Protocol } from '../packet/index.ts'
import type { Box } from './box.ts'
import type { DropNumber } from './fate.ts'
import { Drop } from './fate.ts'
import { fragment4, fragment6 } from './fragment-output.ts'
import { sendError4, sendError6 } from './icmp-error.ts'

const smallestMtu6 = 1280
const sctpHeaderLength = 12

/** Gives the packet to its interface, in fragments where it must be. */
export function cut(box: Box, packet: Packet): DropNumber {
  const mtu = box.host.interfaces[packet.output - 1]?.mtu ?? 1500
  const length = packet.end - packet.start
  // The kernel cuts IPv6 packets again on their way over the loopback, not IPv4 ones.
  const isLoopedWhole = packet.family === 4 && packet.output === loopbackIndex
  if (isLoopedWhole || (length <= mtu && packet.largestFragment === 0)) {
    box.emit(packet)
    return Drop.none
  }
  return packet.family === 4 ? cut4(box, packet, mtu) : cut6(box, packet, mtu)
}

function cut4(box: Box, packet: Packet, mtu: number): DropNumber {
  const mustNot = (readUint16(packet.bytes, packet.start + 6) & Ipv4Fragment.dontFragment) !== 0
  if (mustNot && (packet.largestFragment === 0 || packet.largestFragment > mtu)) {
    sendError4(box, packet, IcmpType.destinationUnreachable, 4, mtu)
    return Drop.mtu
  }
  const limit = packet.largestFragment > 0 ? Math.min(mtu, packet.largestFragment) : mtu
  fragment4(packet, limit, piecesOf(box, packet), emitInto(box, packet))
  return Drop.none
}

function cut6(box: Box, packet: Packet, mtu: number): DropNumber {
  const length = packet.end - packet.start
  // What others sent, and what a raw socket sent whole, is not cut here.
  const isForeign = packet.input !== 0 || box.isFromSocket(packet)
  if (packet.largestFragment > mtu || (packet.largestFragment === 0 && isForeign)) {
    sendError6(box, packet, Icmpv6Type.packetTooBig, 0, mtu)
    return Drop.mtu
  }
  if (length <= mtu && length <= packet.largestFragment) {
    box.emit(packet)
    return Drop.none
  }
  const limit = packet.largestFragment > 0 ? Math.max(packet.largestFragment, smallestMtu6) : mtu
  fragment6(packet, limit, piecesOf(box, packet), (box.random() * 0x100000000) >>> 0, emitInto(box, packet))
  return Drop.none
}

/** Shows each fragment as the packet itself, and puts the whole one back. */
function emitInto(box: Box, packet: Packet): (bytes: Uint8Array, length: number) => void {
  const { bytes, start, end } = packet
  return (piece, length) => {
    packet.bytes = piece
    packet.start = 0
    packet.end = length
    box.emit(packet)
    packet.bytes = bytes
    packet.start = start
    packet.end = end
  }
}

/** Where the first fragment ends inside the SCTP header, reading that joins the fragments for good: they are cut anew. */
function piecesOf(box: Box, packet: Packet): readonly number[] {
  const lengths = box.pieceLengths(packet)
  return packet.protocol === Protocol.sctp && (lengths[0] ?? 0) < sctpHeaderLength ? [] : lengths
}
