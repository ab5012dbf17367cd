/** The routes that Linux makes by itself for the addresses of interfaces, and those that were configured. */

import type { Prefix } from '../bytes/index.ts'
import { isInPrefix, parsePrefix } from '../bytes/index.ts'
import { isLimitedBroadcast } from './address-kind.ts'
import type { RouteConfiguration } from './configuration.ts'
import type { HostInterface } from './interface.ts'
import { broadcastOf, networkOf, primaryAddresses } from './interface.ts'
import type { Route } from './route-table.ts'
import type { RouteTypeNumber } from './route-type.ts'
import { RouteType, routeTypeOf } from './route-type.ts'

export interface RouteEntry {
  readonly to: Prefix
  readonly route: Route
}

const prefix = (text: string): Prefix => parsePrefix(text) ?? { address: new Uint8Array(4), length: 0 }

const whole = (address: Uint8Array): Prefix => ({ address, length: address.length * 8 })

function entry(
  to: Prefix,
  type: RouteTypeNumber,
  output: HostInterface | null,
  source: Uint8Array | null,
  via: Uint8Array | null = null,
): RouteEntry {
  return {
    to,
    route: { type, output: output?.index ?? 0, via, mtu: output?.mtu ?? 0, prefixLength: to.length, source },
  }
}

/**
 * IPv4, per address: itself (local), its subnet, and the subnet's last address (broadcast). The subnet's first address is
 * an ordinary one since Linux 5.14. Another broadcast address that was set has a route beside it.
 */
export function connectedRoutes4(interfaces: readonly HostInterface[]): RouteEntry[] {
  const routes: RouteEntry[] = []
  for (const device of interfaces) {
    const primary = primaryAddresses(device.addresses)
    for (const address of device.addresses) {
      if (address.address.length !== 4) continue
      routes.push(entry(whole(address.address), RouteType.local, device, address.address))
      if (address.broadcast && !isLimitedBroadcast(address.broadcast, 0))
        routes.push(entry(whole(address.broadcast), RouteType.broadcast, device, address.address))
      if (!primary.includes(address) || address.length === 32) continue
      routes.push(
        entry(networkOf(address), device.isLoopback ? RouteType.local : RouteType.unicast, device, address.address),
      )
      if (address.length < 31)
        routes.push(entry(whole(broadcastOf(address)), RouteType.broadcast, device, address.address))
    }
  }
  return routes
}

/** IPv6, per address: itself (local), its subnet, and the subnet-router anycast address on a router; per interface all of ff00::/8. */
export function connectedRoutes6(interfaces: readonly HostInterface[]): RouteEntry[] {
  const routes: RouteEntry[] = []
  for (const device of interfaces) {
    for (const address of device.addresses) {
      if (address.address.length !== 16) continue
      routes.push(entry(whole(address.address), RouteType.local, device, address.address))
      if (address.length === 128 || device.isLoopback) continue
      const network = networkOf(address)
      routes.push(entry(network, RouteType.unicast, device, null))
      if (device.settings.isForwarding[6] && address.length < 127)
        routes.push(entry(whole(network.address), RouteType.anycast, device, null))
    }
    if (!device.isLoopback) routes.push(entry(prefix('ff00::/8'), RouteType.multicast, device, null))
  }
  return routes
}

/** Configured routes; one whose interface is left out goes where its next hop is reached. */
export function configuredRoutes(
  routes: readonly RouteConfiguration[],
  interfaces: readonly HostInterface[],
  find: (name: string) => HostInterface,
): RouteEntry[] {
  return routes.map((route) => {
    const type = routeTypeOf(route.type)
    if (type !== RouteType.unicast && type !== RouteType.local) return entry(networkOf(route.to), type, null, null)
    const device =
      route.device !== null ? find(route.device) : route.via !== null ? onLink(route.via, interfaces) : null
    return device
      ? entry(networkOf(route.to), type, device, null, route.via)
      : entry(networkOf(route.to), RouteType.unreachable, null, null)
  })
}

const onLink = (via: Uint8Array, interfaces: readonly HostInterface[]): HostInterface | null =>
  interfaces.find((device) =>
    device.addresses.some((address) => address.address.length === via.length && isInPrefix(via, 0, address)),
  ) ?? null
