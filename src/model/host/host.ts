/** The modelled box around netfilter: interfaces, addresses, routes, sysctls and listening sockets; immutable but for names met later. */

import { parsePrefix } from '../bytes/index.ts'
import { isAny4, isLimitedBroadcast, isMulticast4, isMulticast6 } from './address-kind.ts'
import { configuredRoutes, connectedRoutes4, connectedRoutes6 } from './build-routes.ts'
import type { HostConfiguration, InterfaceConfiguration, ListeningSocket } from './configuration.ts'
import type { HostInterface } from './interface.ts'
import { linkLocalOf } from './interface.ts'
import type { Route } from './route-table.ts'
import { RouteTable } from './route-table.ts'
import type { RouteTypeNumber } from './route-type.ts'
import { RouteType } from './route-type.ts'
import type { HostSettings } from './settings.ts'
import { readInterfaceSettings, readSettings, unknownSysctls } from './settings.ts'
import { selectSource4, selectSource6 } from './source-address.ts'

/** Index of the loopback interface. */
export const loopbackIndex = 1

const loopbackMtu = 65536

const loopbackAddresses = ['127.0.0.1/8', '::1/128'].flatMap((text) => parsePrefix(text) ?? [])

export class Host {
  /** By index minus one. Names that appear only in rules or captures are added behind the configured ones. */
  readonly interfaces: readonly HostInterface[]
  readonly settings: HostSettings
  /** Names in the configuration's sysctls that mean nothing here. */
  readonly unknownSysctls: readonly string[]
  private readonly known: HostInterface[] = []
  private readonly indexes = new Map<string, number>()
  private readonly configuration: HostConfiguration
  private readonly routes4: RouteTable
  private readonly routes6: RouteTable
  private readonly listening: readonly ListeningSocket[]

  constructor(configuration: HostConfiguration) {
    this.configuration = configuration
    this.interfaces = this.known
    this.settings = readSettings(configuration.sysctls, configuration.isForwarding[6])
    this.unknownSysctls = unknownSysctls(configuration.sysctls)
    this.listening = configuration.listening
    const loopback = configuration.interfaces.find(({ name }) => name === 'lo')
    this.add({
      name: 'lo',
      addresses: loopback?.addresses.length ? loopback.addresses : loopbackAddresses,
      mtu: loopback?.mtu ?? loopbackMtu,
      mac: null,
      group: loopback?.group ?? 0,
    })
    for (const device of configuration.interfaces) if (device.name !== 'lo') this.add(device)
    const configured = configuredRoutes(configuration.routes, this.known, (name) => this.find(name))
    const ofLength = (length: number): typeof configured => configured.filter(({ to }) => to.address.length === length)
    this.routes4 = new RouteTable(4, [...connectedRoutes4(this.known), ...ofLength(4)])
    this.routes6 = new RouteTable(6, [...connectedRoutes6(this.known), ...ofLength(16)])
  }

  private add(device: InterfaceConfiguration): HostInterface {
    const { isForwarding, sysctls } = this.configuration
    const settings = readInterfaceSettings(sysctls, device.name, isForwarding)
    const addresses = [...device.addresses, ...linkLocalOf(device)]
    const added = { ...device, addresses, index: this.known.length + 1, isLoopback: device.name === 'lo', settings }
    this.known.push(added)
    this.indexes.set(device.name, added.index)
    return added
  }

  private find(name: string): HostInterface {
    const index = this.indexes.get(name)
    return (
      (index === undefined ? undefined : this.known[index - 1]) ??
      this.add({ name, addresses: [], mtu: 1500, mac: null, group: 0 })
    )
  }

  /** The index of a name; one that was never heard of gets the next index, and no addresses. */
  interfaceIndex(name: string): number {
    return this.find(name).index
  }

  /** Empty for 0 and unknown indexes. */
  interfaceName(index: number): string {
    return this.known[index - 1]?.name ?? ''
  }

  /** The number that `iifgroup` compares; 0 for unknown indexes. */
  interfaceGroup(index: number): number {
    return this.known[index - 1]?.group ?? 0
  }

  /** The route for a destination; `device` not 0: only through that interface. Routes are shared: do not keep them across hosts. */
  route(family: 4 | 6, bytes: Uint8Array, at: number, device = 0): Route {
    return (family === 4 ? this.routes4 : this.routes6).lookup(bytes, at, device)
  }

  /** The same for an IPv4 address as a word. */
  route4(word: number): Route {
    return this.routes4.lookupWord(word)
  }

  /** {@link isOwnAddress} for an IPv4 address as a word. */
  isOwnAddress4(word: number): boolean {
    return this.routes4.lookupSingleWord(word).type === RouteType.local
  }

  /**
   * What an address is to this host (Linux inet_addr_type): a RTN_* number, unicast when no route is known. With an
   * `interfaceIndex` the address counts as the host's own only on that interface.
   */
  addressType(family: 4 | 6, bytes: Uint8Array, at: number, interfaceIndex = 0): RouteTypeNumber {
    if (family === 6 && isMulticast6(bytes, at)) return RouteType.multicast
    if (family === 4 && (isAny4(bytes, at) || isLimitedBroadcast(bytes, at))) return RouteType.broadcast
    if (family === 4 && isMulticast4(bytes, at)) return RouteType.multicast
    const route = this.route(family, bytes, at)
    if (route.type === RouteType.unspecified) return RouteType.unicast
    return interfaceIndex === 0 || route.output === interfaceIndex ? route.type : RouteType.unicast
  }

  /** Whether a packet to this IPv4 address, sent through that interface (0: any), is a broadcast. */
  isBroadcast(bytes: Uint8Array, at: number, interfaceIndex = 0): boolean {
    return isLimitedBroadcast(bytes, at) || this.route(4, bytes, at, interfaceIndex).type === RouteType.broadcast
  }

  /** Whether the address is configured on one of the interfaces. */
  isOwnAddress(family: 4 | 6, bytes: Uint8Array, at: number): boolean {
    return (family === 4 ? this.routes4 : this.routes6).lookupSingle(bytes, at).type === RouteType.local
  }

  /**
   * The source that a packet of this host to the address at `at` gets on `route`; null: there is none (IPv6 only). `near` prefers
   * an IPv6 address of that interface, not of the one the packet leaves by: errors are signed where their cause came in.
   */
  selectSource(family: 4 | 6, route: Route, bytes: Uint8Array, at: number, near = 0): Uint8Array | null {
    return family === 4
      ? selectSource4(route, bytes, at, this.known)
      : selectSource6(route, bytes, at, this.known, near || route.output)
  }

  /** Whether a socket waits for packets to this port of the address at `at`. */
  isListening(protocol: number, port: number, bytes: Uint8Array, at: number, length: 4 | 16): boolean {
    return this.listening.some(
      (socket) =>
        socket.protocol === protocol &&
        socket.port === port &&
        (socket.address === null || isBoundTo(socket.address, bytes, at, length)),
    )
  }
}

/** 0.0.0.0 takes every IPv4 address, :: every address. */
function isBoundTo(address: Uint8Array, bytes: Uint8Array, at: number, length: 4 | 16): boolean {
  if (address.every((byte) => byte === 0)) return address.length === 16 || length === 4
  return address.length === length && address.every((byte, i) => byte === bytes[at + i])
}
