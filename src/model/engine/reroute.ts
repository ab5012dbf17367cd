/** Another route for a packet of this host whose header has changed on the output hook (Linux ip_route_me_harder). */

import type { Host } from '../host/index.ts'
import { isLinkLocal6, isLoopback4, isMulticast6, isUsable, loopbackIndex, RouteType } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { destinationAt, sourceAt } from '../packet/index.ts'
import type { SendError } from './fate.ts'
import { errorOf } from './local-send.ts'

/** Sets the packet's output; `bound` is the interface that its sender is bound to, or 0. Else why there is no route. */
export function reroute(host: Host, packet: Packet, bound: number): SendError | null {
  const family = packet.family === 6 ? 6 : 4
  const at = destinationAt(packet)
  const isTied = family === 6 && (isLinkLocal6(packet.bytes, at) || isMulticast6(packet.bytes, at))
  const route = host.route(family, packet.bytes, at, bound || (isTied ? packet.output : 0))
  if (!isUsable(route.type)) return errorOf(route)
  const isOwn = route.type === RouteType.local || route.type === RouteType.anycast
  const output = isOwn ? loopbackIndex : route.output
  if (isTrapped(host, packet, output)) return 'EINVAL'
  packet.output = output
  return null
}

/** 127.0.0.0/8 leaves the host nowhere, unless the interface routes it. */
const isTrapped = (host: Host, packet: Packet, output: number): boolean =>
  packet.family === 4 &&
  output !== loopbackIndex &&
  isLoopback4(packet.bytes, sourceAt(packet)) &&
  host.interfaces[output - 1]?.settings.isRoutingLoopbackNet !== true
