/** A raw socket with its own IP header (IP_HDRINCL): what the kernel checks and fills in before the output hook. */

import { readUint16, writeUint16 } from '../bytes/index.ts'
import type { Route } from '../host/index.ts'
import { isAny4, isAny6, isUsable, loopbackIndex, RouteType } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { decode, Ipv4Fragment, ipv4HeaderLength, ipv6HeaderLength, Malformed, redecode } from '../packet/index.ts'
import type { Box } from './box.ts'
import type { SendError } from './fate.ts'
import { finishIpv4 } from './write-header.ts'

const loopbackMtu = 65536

const loopbackRoute: Route = {
  type: RouteType.local,
  output: loopbackIndex,
  via: null,
  mtu: loopbackMtu,
  prefixLength: 0,
  source: null,
}

/** The route it takes, the packet being decoded; or why sending fails: without SO_BROADCAST there are no broadcasts. */
export function prepareLocal(box: Box, packet: Packet, available: number, isBroadcaster: boolean): Route | SendError {
  const { bytes, start } = packet
  const version = available > start ? bytes[start]! >>> 4 : 0
  if (version === 4) return prepare4(box, packet, available, isBroadcaster)
  return version === 6 ? prepare6(box, packet, available) : 'EINVAL'
}

/** What a sender is told of a route that leads nowhere. */
export function errorOf(route: Route): SendError {
  if (route.type === RouteType.blackhole) return 'EINVAL'
  if (route.type === RouteType.unreachable) return 'EHOSTUNREACH'
  return route.type === RouteType.prohibit ? 'EACCES' : 'ENETUNREACH'
}

const mtuOf = (route: Route): number => (route.type === RouteType.local ? loopbackMtu : route.mtu)

function prepare4(box: Box, packet: Packet, available: number, isBroadcaster: boolean): Route | SendError {
  const { bytes, start } = packet
  const length = available - start
  if (length < ipv4HeaderLength) return 'EINVAL'
  const route = routeOfSender4(box, packet)
  if (!isUsable(route.type)) return errorOf(route)
  if (!isBroadcaster && box.host.isBroadcast(bytes, start + 16, packet.output)) return 'EACCES'
  if (length > mtuOf(route)) return 'EMSGSIZE'
  const headerLength = (bytes[start]! & 15) << 2
  if (headerLength > length || headerLength < ipv4HeaderLength) return 'EINVAL'
  if ((bytes[start + 12]! | bytes[start + 13]! | bytes[start + 14]! | bytes[start + 15]!) === 0) {
    const source = box.host.selectSource(4, route, bytes, start + 16)
    if (source) bytes.set(source, start + 12)
  }
  writeUint16(bytes, start + 2, length)
  const isCuttable = (readUint16(bytes, start + 6) & Ipv4Fragment.dontFragment) === 0
  if (readUint16(bytes, start + 4) === 0 && isCuttable) writeUint16(bytes, start + 4, box.random() * 0x10000)
  finishIpv4(bytes, start)
  return decode(packet, available) === 0 ? route : 'EINVAL'
}

/** No address is the host itself; a sender bound to an interface needs no route: its destination is on that link. */
function routeOfSender4(box: Box, packet: Packet): Route {
  const { bytes, start, output } = packet
  if (isAny4(bytes, start + 16)) return loopbackRoute
  const route = box.host.route(4, bytes, start + 16, output)
  if (output === 0 || route.type !== RouteType.unspecified) return route
  const mtu = box.host.interfaces[output - 1]?.mtu ?? 1500
  return { type: RouteType.unicast, output, via: null, mtu, prefixLength: 0, source: null }
}

/** IPv6 headers are sent as they were written. */
function prepare6(box: Box, packet: Packet, available: number): Route | SendError {
  const { bytes, start } = packet
  if (available - start < ipv6HeaderLength) return 'EINVAL'
  const route = isAny6(bytes, start + 24) ? loopbackRoute : box.host.route(6, bytes, start + 24, packet.output)
  if (!isUsable(route.type)) return errorOf(route)
  if (available - start > mtuOf(route)) return 'EMSGSIZE'
  const malformed = decode(packet, available)
  // A length field that lies is sent like any other.
  if (malformed === Malformed.truncated) redecode(packet)
  return malformed === Malformed.none || malformed === Malformed.truncated ? route : 'EINVAL'
}
