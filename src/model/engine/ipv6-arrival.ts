/** What IPv6 refuses on arrival, before any hook: impossible addresses and hop-by-hop options (Linux ip6_rcv_core, exthdrs.c). */

import { readUint16, readUint32 } from '../bytes/index.ts'
import { isLoopback6, isMulticast6, loopbackIndex } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { Icmpv6Type, ipv6HeaderLength, Protocol } from '../packet/index.ts'
import type { Box } from './box.ts'
import type { DropNumber } from './fate.ts'
import { Drop } from './fate.ts'
import { sendError6 } from './icmp-error.ts'

/** `none` when the packet may go on. */
export function checkArrival6(box: Box, packet: Packet): DropNumber {
  const { bytes, start } = packet
  if (packet.input !== loopbackIndex && (isLoopback6(bytes, start + 8) || isLoopback6(bytes, start + 24)))
    return Drop.martianSource
  if (isMulticast6(bytes, start + 24) && (bytes[start + 25]! & 15) <= 1) return Drop.martianDestination
  return bytes[start + 6] === Protocol.hopByHop ? checkHopByHop(box, packet) : Drop.none
}

function checkHopByHop(box: Box, packet: Packet): DropNumber {
  const { bytes, start, end } = packet
  const at = start + ipv6HeaderLength
  if (at + 8 > end || at + ((bytes[at + 1]! + 1) << 3) > end) return Drop.malformed
  return walkOptions(box, packet, at, true)
}

const Option = { pad: 0, pads: 1, routerAlert: 5, label: 7, inSitu: 49, jumbo: 194 } as const

/** RFC 8200 section 4.2: the two highest bits of an unknown option say whether it may be skipped and whether to report it. */
export function walkOptions(box: Box, packet: Packet, header: number, isHopByHop: boolean): DropNumber {
  const { bytes } = packet
  const end = header + ((bytes[header + 1]! + 1) << 3)
  let at = header + 2
  let padding = 0
  while (at < end) {
    const kind = bytes[at]!
    if (kind === Option.pad) {
      if (++padding > 7) return Drop.malformed
      at++
      continue
    }
    if (at + 2 > end) return Drop.malformed
    const length = bytes[at + 1]! + 2
    if (at + length > end) return Drop.malformed
    if (kind === Option.pads) {
      padding += length
      if (padding > 7) return Drop.malformed
      for (let i = at + 2; i < at + length; i++) if (bytes[i] !== 0) return Drop.malformed
    } else {
      padding = 0
      const reason = isHopByHop && isKnown(kind) ? takeHopByHop(box, packet, at, length) : judgeUnknown(box, packet, at)
      if (reason !== Drop.none) return reason
    }
    at += length
  }
  return Drop.none
}

const isKnown = (kind: number): boolean =>
  kind === Option.routerAlert || kind === Option.label || kind === Option.inSitu || kind === Option.jumbo

const smallestInSituLength = 12

function takeHopByHop(box: Box, packet: Packet, at: number, length: number): DropNumber {
  const kind = packet.bytes[at]!
  if (kind === Option.routerAlert) return length === 4 ? Drop.none : Drop.malformed
  if (kind === Option.inSitu) return length < smallestInSituLength ? Drop.extensionHeader : Drop.none
  // A security label: the host knows no domain for it.
  if (kind === Option.label) return Drop.extensionHeader
  return complainJumbo(box, packet, at, length)
}

/** RFC 2675 section 3: no jumbogram fits here; the kernel names the field that is wrong. */
function complainJumbo(box: Box, packet: Packet, at: number, length: number): DropNumber {
  const { bytes, start } = packet
  if (length !== 6 || ((at - start) & 3) !== 2) return Drop.malformed
  const isTooSmall = readUint32(bytes, at + 2) <= 65535
  const isDoubled = readUint16(bytes, start + 4) !== 0
  if (isTooSmall || isDoubled)
    sendError6(box, packet, Icmpv6Type.parameterProblem, 0, isTooSmall ? at - start + 2 : at - start)
  return Drop.extensionHeader
}

function judgeUnknown(box: Box, packet: Packet, at: number): DropNumber {
  const action = packet.bytes[at]! >>> 6
  if (action === 0) return Drop.none
  if (action >= 2) sendError6(box, packet, Icmpv6Type.parameterProblem, 2, at - packet.start)
  return Drop.extensionHeader
}
