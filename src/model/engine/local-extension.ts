/** IPv6 extension headers of a packet for this host, one after the other behind the input hook (Linux ip6_input_finish, exthdrs.c). */

import { readUint16 } from '../bytes/index.ts'
import { endsInTransportHeader } from '../conntrack/index.ts'
import type { Packet } from '../packet/index.ts'
import { HookVerdict, Icmpv6Type, ipv6FragmentHeaderLength, ipv6HeaderLength, Protocol } from '../packet/index.ts'
import type { Box } from './box.ts'
import type { DropNumber } from './fate.ts'
import { Drop } from './fate.ts'
import { sendError6 } from './icmp-error.ts'
import { walkOptions } from './ipv6-arrival.ts'

/** Codes of a parameter problem. */
const Problem = { field: 0, nextHeader: 1, incompleteChain: 3 } as const

/** RPL source routes and segment routing: silently dropped where they are not switched on. */
const silentRoutingTypes: readonly number[] = [3, 4]

const longestPayload = 65535

/** Sets `protocol` and `transport` to what the headers lead to. `none`: the packet goes on to its transport protocol. */
export function processExtensionHeaders(box: Box, packet: Packet): DropNumber {
  let protocol = packet.bytes[packet.start + 6]!
  let named = packet.start + 6
  let at = packet.start + ipv6HeaderLength
  // Hop-by-hop options were read on arrival.
  if (protocol === Protocol.hopByHop) {
    named = at
    protocol = packet.bytes[named]!
    at += (packet.bytes[at + 1]! + 1) << 3
  }
  for (;;) {
    if (protocol === Protocol.fragment) {
      const reason = processFragment(box, packet, at)
      if (reason !== Drop.none) return reason
      if (packet.fragmentHeader < 0) return processExtensionHeaders(box, packet)
      named = at
      protocol = packet.bytes[at]!
      at += ipv6FragmentHeaderLength
      continue
    }
    if (protocol === Protocol.hopByHop) return complain(box, packet, Problem.nextHeader, named, Drop.protocolUnknown)
    if (protocol !== Protocol.destinationOptions && protocol !== Protocol.routing) break
    const reason = processHeader(box, packet, protocol, at)
    if (reason !== Drop.none) return reason
    named = at
    protocol = packet.bytes[at]!
    at += (packet.bytes[at + 1]! + 1) << 3
  }
  packet.protocol = protocol
  packet.transport = at
  return Drop.none
}

function complain(box: Box, packet: Packet, code: number, at: number, reason: DropNumber): DropNumber {
  sendError6(box, packet, Icmpv6Type.parameterProblem, code, at - packet.start)
  return reason
}

function processHeader(box: Box, packet: Packet, protocol: number, at: number): DropNumber {
  const { bytes, end } = packet
  if (at + 8 > end || at + ((bytes[at + 1]! + 1) << 3) > end) return Drop.extensionHeader
  if (protocol === Protocol.destinationOptions) {
    const reason = walkOptions(box, packet, at, false)
    return reason === Drop.malformed ? Drop.extensionHeader : reason
  }
  if (silentRoutingTypes.includes(bytes[at + 2]!)) return Drop.extensionHeader
  // Nobody is routed on from here: only a header without segments left may pass (RFC 8200 section 4.4).
  return bytes[at + 3] === 0 ? Drop.none : complain(box, packet, Problem.field, at + 2, Drop.extensionHeader)
}

/** Reassembles here what was not reassembled before tracking; a fragment header on a whole packet is passed over. */
function processFragment(box: Box, packet: Packet, at: number): DropNumber {
  const { bytes, start, end } = packet
  if (readUint16(bytes, start + 4) === 0 || at + ipv6FragmentHeaderLength > end)
    return complain(box, packet, Problem.field, at, Drop.fragmentCorrupt)
  if (packet.fragmentOffset === 0 && !packet.moreFragments) return Drop.none
  if (endsInTransportHeader(packet)) return complain(box, packet, Problem.incompleteChain, start, Drop.fragmentCorrupt)
  const payload = end - at - ipv6FragmentHeaderLength
  if (packet.fragmentOffset + payload > longestPayload)
    return complain(box, packet, Problem.field, at + 2, Drop.fragmentTooLarge)
  if (
    packet.moreFragments &&
    (readUint16(bytes, start + 4) + ipv6HeaderLength - (at + ipv6FragmentHeaderLength - start)) % 8 !== 0
  )
    return complain(box, packet, Problem.field, start + 4, Drop.fragmentCorrupt)
  return box.reassemble(packet) === HookVerdict.accept ? Drop.none : box.fragmentReason()
}
