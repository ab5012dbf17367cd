/** Another route for a packet of this host whose header has changed on the output hook (Linux ip_route_me_harder). */

import type { Host } from '../host/index.ts'
import { isLinkLocal6, isMulticast6, isUsable, loopbackIndex, RouteType } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { destinationAt } from '../packet/index.ts'

/** Sets the packet's output; `bound` is the interface that its sender is bound to, or 0. False: no route leads there. */
export function reroute(host: Host, packet: Packet, bound: number): boolean {
  const family = packet.family === 6 ? 6 : 4
  const at = destinationAt(packet)
  const isTied = family === 6 && (isLinkLocal6(packet.bytes, at) || isMulticast6(packet.bytes, at))
  const route = host.route(family, packet.bytes, at, bound || (isTied ? packet.output : 0))
  if (!isUsable(route.type)) return false
  const isOwn = route.type === RouteType.local || route.type === RouteType.anycast
  packet.output = isOwn ? loopbackIndex : route.output
  return true
}
