/** Sending a packet on: time to live, MTU, forward hook (Linux ip_forward, ip6_forward). */

import { readUint16, writeUint16 } from '../bytes/index.ts'
import type { Route } from '../host/index.ts'
import { isAny6, isLinkLocal6, isLoopback6, isMulticast6 } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { Hook, IcmpType, Icmpv6Type, Ipv4Fragment, PacketType } from '../packet/index.ts'
import type { Box } from './box.ts'
import { Drop, Fate } from './fate.ts'
import { sendError4, sendError6 } from './icmp-error.ts'
import { forwardOptions } from './ip-options.ts'

const fragmentationNeeded = 4
const smallestMtu6 = 1280
const notNeighbour = 2

export function forward4(box: Box, packet: Packet, route: Route): void {
  const { bytes, start } = packet
  if (packet.packetType !== PacketType.host) return box.conclude(packet, Fate.dropped, Drop.otherHost)
  if (bytes[start + 8]! <= 1) {
    sendError4(box, packet, IcmpType.timeExceeded, 0, 0)
    return box.conclude(packet, Fate.dropped, Drop.timeToLive)
  }
  packet.output = route.output
  if (isTooBig4(packet, route.mtu)) {
    sendError4(box, packet, IcmpType.destinationUnreachable, fragmentationNeeded, route.mtu)
    return box.conclude(packet, Fate.dropped, Drop.mtu)
  }
  decreaseTimeToLive(bytes, start)
  if (box.pass(Hook.forward, packet)) leaveForwarded(box, packet)
}

/** Behind the forward hook of IPv4. */
export function leaveForwarded(box: Box, packet: Packet): void {
  if ((packet.bytes[packet.start]! & 15) > 5) forwardOptions(box, packet)
  box.leave(packet, Fate.forwarded)
}

/** A packet reassembled from fragments may be cut again, unless one of them was larger and must not be cut. */
function isTooBig4(packet: Packet, mtu: number): boolean {
  if (packet.end - packet.start <= mtu) return false
  if ((readUint16(packet.bytes, packet.start + 6) & Ipv4Fragment.dontFragment) === 0) return false
  return packet.largestFragment === 0 || packet.largestFragment > mtu
}

/** The kernel's incremental update: 0x0100 added to the checksum, with the carry. */
export function decreaseTimeToLive(bytes: Uint8Array, start: number): void {
  const checksum = readUint16(bytes, start + 10) + 0x100
  writeUint16(bytes, start + 10, (checksum + (checksum >= 0xffff ? 1 : 0)) & 0xffff)
  bytes[start + 8] = bytes[start + 8]! - 1
}

export function forward6(box: Box, packet: Packet, route: Route): void {
  const { bytes, start } = packet
  if (packet.packetType !== PacketType.host) return box.conclude(packet, Fate.dropped, Drop.otherHost)
  if (bytes[start + 7]! <= 1) {
    sendError6(box, packet, Icmpv6Type.timeExceeded, 0, 0)
    return box.conclude(packet, Fate.dropped, Drop.timeToLive)
  }
  packet.output = route.output
  if (packet.input !== route.output && !isSourceForwardable(box, packet))
    return box.conclude(packet, Fate.dropped, Drop.scope)
  const mtu = Math.max(route.mtu, smallestMtu6)
  if (packet.end - start > mtu && (packet.largestFragment === 0 || packet.largestFragment > mtu)) {
    sendError6(box, packet, Icmpv6Type.packetTooBig, 0, mtu)
    return box.conclude(packet, Fate.dropped, Drop.mtu)
  }
  bytes[start + 7] = bytes[start + 7]! - 1
  if (!box.pass(Hook.forward, packet)) return
  box.leave(packet, Fate.forwarded)
}

/** The source must be valid beyond its link, unless the packet goes back where it came from. */
function isSourceForwardable(box: Box, packet: Packet): boolean {
  const { bytes, start } = packet
  const source = start + 8
  if (isAny6(bytes, source) || isMulticast6(bytes, source) || isLoopback6(bytes, source)) return false
  if (!isLinkLocal6(bytes, source)) return true
  sendError6(box, packet, Icmpv6Type.destinationUnreachable, notNeighbour, 0)
  return false
}
