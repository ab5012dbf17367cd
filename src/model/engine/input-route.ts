/** Where a received packet goes: to this host, on through it, or nowhere (Linux ip_route_input_slow, ip6_route_input). */

import type { Host, Route } from '../host/index.ts'
import {
  isAny4,
  isLimitedBroadcast,
  isLinkLocal6,
  isLocalMulticast4,
  isLoopback4,
  isLoopback6,
  isMulticast4,
  isMulticast6,
  isUsable,
  noRoute,
  RouteType,
} from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import type { DropNumber } from './fate.ts'
import { Drop } from './fate.ts'

export const Way = {
  local: 0,
  forward: 1,
  /** Nothing is said to the sender. */
  refuse: 2,
  /** The sender is told that it cannot be reached. */
  error: 3,
} as const
export type WayNumber = (typeof Way)[keyof typeof Way]

/** The answer of a lookup; reused. */
export class InputRoute {
  way: WayNumber = Way.refuse
  route: Route = noRoute
  reason: DropNumber = Drop.none

  set(way: WayNumber, route: Route, reason: DropNumber): void {
    this.way = way
    // Nearly always the same again: a store of an object is a call of the garbage collector's, a comparison is not.
    if (this.route !== route) this.route = route
    this.reason = reason
  }
}

const dropOfRoute = (route: Route): DropNumber => {
  if (route.type === RouteType.blackhole) return Drop.blackhole
  if (route.type === RouteType.unreachable) return Drop.unreachable
  return route.type === RouteType.prohibit ? Drop.prohibit : Drop.noRoute
}

/** 224.0.0.1: the group that every host is in. */
const isAllHosts4 = (bytes: Uint8Array, at: number): boolean => isLocalMulticast4(bytes, at) && bytes[at + 3] === 1

/** Its first byte alone says that it is none of the addresses that {@link routeSpecial4} knows. */
export function isOrdinary4(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at]!
  return first > 0 && first < 224 && first !== 127
}

export function routeInput4(host: Host, packet: Packet, result: InputRoute): void {
  const { bytes, start } = packet
  const destination = start + 16
  const isOrdinary = isOrdinary4(bytes, start + 12) && isOrdinary4(bytes, destination)
  if (!isOrdinary && routeSpecial4(host, packet, result)) return
  const settings = host.interfaces[packet.input - 1]?.settings
  const route = host.route(4, bytes, destination)
  if (route.type === RouteType.broadcast) return routeBroadcast4(host, packet, route, result)
  if (route.type === RouteType.local) {
    const reason = checkSource4(host, packet)
    return result.set(reason === Drop.none ? Way.local : Way.refuse, route, reason)
  }
  const isForwarding = settings?.isForwarding[4] ?? false
  if (!isUsable(route.type)) {
    const isSilent = !isForwarding || route.type === RouteType.blackhole
    return result.set(isSilent ? Way.refuse : Way.error, route, isForwarding ? dropOfRoute(route) : Drop.notForwarding)
  }
  if (!isForwarding) return result.set(Way.refuse, route, Drop.notForwarding)
  if (route.type !== RouteType.unicast) return result.set(Way.refuse, route, Drop.martianDestination)
  const reason = checkSource4(host, packet)
  result.set(reason === Drop.none ? Way.forward : Way.refuse, route, reason)
}

/** Groups, broadcasts, no address, loopback. False: the routes decide. */
function routeSpecial4(host: Host, packet: Packet, result: InputRoute): boolean {
  const { bytes, start } = packet
  const source = start + 12
  const destination = start + 16
  if (isMulticast4(bytes, destination)) routeMulticast4(host, packet, result)
  else if (isMulticast4(bytes, source) || isLimitedBroadcast(bytes, source))
    result.set(Way.refuse, noRoute, Drop.martianSource)
  else if (isLimitedBroadcast(bytes, destination) || (isAny4(bytes, source) && isAny4(bytes, destination)))
    routeBroadcast4(host, packet, noRoute, result)
  else if (isAny4(bytes, source)) result.set(Way.refuse, noRoute, Drop.martianSource)
  else if (isAny4(bytes, destination)) result.set(Way.refuse, noRoute, Drop.martianDestination)
  else return isLoopbackRefused4(host, packet, result)
  return true
}

function isLoopbackRefused4(host: Host, packet: Packet, result: InputRoute): boolean {
  const { bytes, start } = packet
  const isToLoopback = isLoopback4(bytes, start + 16)
  if (!isToLoopback && !isLoopback4(bytes, start + 12)) return false
  if (host.interfaces[packet.input - 1]?.settings.isRoutingLoopbackNet) return false
  result.set(Way.refuse, noRoute, isToLoopback ? Drop.martianDestination : Drop.martianSource)
  return true
}

function routeBroadcast4(host: Host, packet: Packet, route: Route, result: InputRoute): void {
  const reason = isAny4(packet.bytes, packet.start + 12) ? Drop.none : checkSource4(host, packet)
  result.set(reason === Drop.none ? Way.local : Way.refuse, route, reason)
}

function routeMulticast4(host: Host, packet: Packet, result: InputRoute): void {
  const { bytes, start } = packet
  const source = start + 12
  if (!isAllHosts4(bytes, start + 16)) return result.set(Way.refuse, noRoute, Drop.notJoined)
  if (isMulticast4(bytes, source) || isLimitedBroadcast(bytes, source) || isLoopback4(bytes, source))
    return result.set(Way.refuse, noRoute, Drop.martianSource)
  const reason = isAny4(bytes, source) ? Drop.none : checkSource4(host, packet)
  result.set(reason === Drop.none ? Way.local : Way.refuse, noRoute, reason)
}

/** Linux fib_validate_source: own addresses do not arrive from outside; rp_filter 1 strict, 2 loose. */
function checkSource4(host: Host, packet: Packet): DropNumber {
  const { bytes, start, input } = packet
  const settings = host.interfaces[input - 1]?.settings
  if (!settings || settings.reversePathFilter === 0) {
    if (settings?.isAcceptingLocalSources) return Drop.none
    return host.isOwnAddress(4, bytes, start + 12) ? Drop.martianSource : Drop.none
  }
  const back = host.route(4, bytes, start + 12)
  if (!isUsable(back.type)) return Drop.reversePath
  if (back.type !== RouteType.unicast && !(back.type === RouteType.local && settings.isAcceptingLocalSources))
    return Drop.martianSource
  if (back.output === input || settings.reversePathFilter !== 1) return Drop.none
  return Drop.reversePath
}

/** ff02::1 and, on a router, ff02::2; node-local and site-local ones beside. Point-to-point devices join only the first. */
function isJoined6(host: Host, packet: Packet): boolean {
  const { bytes, start } = packet
  const isPointToPoint = !host.interfaces[packet.input - 1]?.mac
  for (let at = start + 26; at < start + 39; at++)
    if (bytes[at] !== 0) return !isPointToPoint && isSolicitedNode(host, packet)
  const scope = bytes[start + 25]! & 15
  const group = bytes[start + 39]!
  if (group === 1) return scope === 1 || scope === 2
  const isRouter = !isPointToPoint && host.interfaces[packet.input - 1]?.settings.isForwarding[6]
  return group === 2 && isRouter === true && (scope === 1 || scope === 2 || scope === 5)
}

/** ff02::1:ffXX:XXXX of an address of the interface. */
function isSolicitedNode(host: Host, packet: Packet): boolean {
  const { bytes, start } = packet
  if (bytes[start + 35] !== 1 || bytes[start + 36] !== 0xff || bytes[start + 25] !== 2) return false
  const device = host.interfaces[packet.input - 1]
  return (device?.addresses ?? []).some(
    ({ address }) =>
      address.length === 16 &&
      address[13] === bytes[start + 37] &&
      address[14] === bytes[start + 38] &&
      address[15] === bytes[start + 39],
  )
}

export function routeInput6(host: Host, packet: Packet, result: InputRoute): void {
  const { bytes, start } = packet
  const destination = start + 24
  if (isMulticast6(bytes, destination)) {
    const isJoined = isJoined6(host, packet)
    return result.set(isJoined ? Way.local : Way.refuse, noRoute, isJoined ? Drop.none : Drop.notJoined)
  }
  const isTied = isLinkLocal6(bytes, destination) || isLoopback6(bytes, destination)
  const route = host.route(6, bytes, destination, isTied ? packet.input : 0)
  if (route.type === RouteType.local || route.type === RouteType.anycast) return result.set(Way.local, route, Drop.none)
  if (!isUsable(route.type))
    return result.set(route.type === RouteType.blackhole ? Way.refuse : Way.error, route, dropOfRoute(route))
  if (!host.settings.isForwarding6) return result.set(Way.refuse, route, Drop.notForwarding)
  result.set(Way.forward, route, Drop.none)
}
