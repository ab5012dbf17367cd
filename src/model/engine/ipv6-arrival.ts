/** What IPv6 refuses on arrival, before any hook: impossible addresses and hop-by-hop options (Linux ip6_rcv_core, exthdrs.c). */

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
  return walkOptions(box, packet, at)
}

const Option = { pad: 0, pads: 1, routerAlert: 5, jumbo: 194 } as const

/** RFC 8200 section 4.2: the two highest bits of an unknown option say whether it may be skipped and whether to report it. */
export function walkOptions(box: Box, packet: Packet, header: number): DropNumber {
  const { bytes, start } = packet
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
      const action = kind >>> 6
      if (kind === Option.routerAlert && length !== 4) return Drop.malformed
      if (kind === Option.jumbo) return Drop.malformed
      if (kind !== Option.routerAlert && action !== 0) {
        if (action >= 2) sendError6(box, packet, Icmpv6Type.parameterProblem, 2, at - start)
        return Drop.extensionHeader
      }
    }
    at += length
  }
  return Drop.none
}
