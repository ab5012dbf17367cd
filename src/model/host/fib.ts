/** The `fib` expression's lookups (Linux nft_fib): reverse and forward, with their strict notion of the interface. */

import type { Packet } from '../packet/index.ts'
import { destinationAt, Hook, PacketType, sourceAt } from '../packet/index.ts'
import { isAny4, isAny6, isLimitedBroadcast, isLinkLocal6, isLocalMulticast4, isMulticast6 } from './address-kind.ts'
import type { Host } from './host.ts'
import { loopbackIndex } from './host.ts'
import type { RouteTypeNumber } from './route-type.ts'
import { RouteType } from './route-type.ts'

/** Which interface the lookup is tied to: none, the packet's input, its output. */
export type FibInterface = 'none' | 'iif' | 'oif'

const tiedTo = (packet: Packet, tie: FibInterface): number =>
  tie === 'iif' ? packet.input : tie === 'oif' ? packet.output : 0

const addressAt = (packet: Packet, address: 'saddr' | 'daddr'): number =>
  address === 'saddr' ? sourceAt(packet) : destinationAt(packet)

/** `fib ... oif`, `oifname`, `exists`: the interface that leads to the address, or 0; tied to one interface, that one or 0. */
export function fibInterface(host: Host, packet: Packet, address: 'saddr' | 'daddr', tie: FibInterface): number {
  const { bytes } = packet
  const isLooped = packet.input === loopbackIndex || packet.packetType === PacketType.loopback
  if (packet.hook === Hook.prerouting && isLooped) return packet.input
  const at = addressAt(packet, address)
  const wanted = tiedTo(packet, tie)
  if (packet.family === 4) {
    const to = destinationAt(packet)
    if (isAny4(bytes, sourceAt(packet)) && (isLimitedBroadcast(bytes, to) || isLocalMulticast4(bytes, to)))
      return packet.input || packet.output
    const route = host.route(4, bytes, at)
    if (route.type !== RouteType.unicast && route.type !== RouteType.broadcast) return 0
    return wanted === 0 || route.output === wanted ? route.output : 0
  }
  const strict = isLinkLocal6(bytes, at) || isMulticast6(bytes, at) ? wanted || packet.input || packet.output : 0
  const route = host.route(6, bytes, at, strict)
  if (route.type !== RouteType.unicast && route.type !== RouteType.multicast) return 0
  return wanted === 0 || route.output === wanted ? route.output : 0
}

/** `fib ... type`. */
export function fibType(host: Host, packet: Packet, address: 'saddr' | 'daddr', tie: FibInterface): RouteTypeNumber {
  const at = addressAt(packet, address)
  const wanted = tiedTo(packet, tie)
  if (packet.family === 4) return host.addressType(4, packet.bytes, at, wanted)
  return fibType6(host, packet, at, wanted)
}

/** IPv6 has no broadcast, and no route is `unreachable`, not `unicast`. */
function fibType6(host: Host, packet: Packet, at: number, wanted: number): RouteTypeNumber {
  const { bytes } = packet
  if (isAny6(bytes, at)) return RouteType.unspecified
  const strict = isLinkLocal6(bytes, at) ? wanted || packet.input || packet.output : 0
  const route = host.route(6, bytes, at, strict)
  if (route.type === RouteType.unspecified) return RouteType.unreachable
  if (route.type === RouteType.local)
    return wanted === 0 || wanted === route.output ? RouteType.local : RouteType.unicast
  if (route.type === RouteType.anycast || route.type > RouteType.multicast) return route.type
  return isMulticast6(bytes, at) ? RouteType.multicast : RouteType.unicast
}
