/** Which of its own addresses the host gives to masqueraded and redirected connections (Linux nf_nat_masquerade, nf_nat_redirect). */

import type { Host } from '../host/index.ts'
import {
  isLinkLocal6,
  isLoopback6,
  loopbackIndex,
  noRoute,
  selectSource6,
  selectUniversalAddress4,
} from '../host/index.ts'
import type { OwnAddresses } from '../nat/index.ts'
import type { Packet } from '../packet/index.ts'
import { destinationAt, Hook } from '../packet/index.ts'

const loopback4 = Uint8Array.of(127, 0, 0, 1)
const loopback6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)

export const ownAddresses = (host: Host): OwnAddresses => ({
  masquerade: (packet) => (packet.family === 4 ? masquerade4(host, packet) : masquerade6(host, packet)),
  redirect(packet) {
    if (packet.hook === Hook.output) return packet.family === 4 ? loopback4 : loopback6
    return packet.family === 4 ? redirect4(host, packet) : redirect6(host, packet)
  },
})

/** Of the interface's addresses, one in the subnet of the next hop. */
function masquerade4(host: Host, packet: Packet): Uint8Array | null {
  const { bytes, output } = packet
  const at = destinationAt(packet)
  const { via } = host.route(4, bytes, at, output === loopbackIndex ? 0 : output)
  return selectUniversalAddress4(host.interfaces[output - 1], via ?? bytes, via ? 0 : at, host.interfaces)
}

const masquerade6 = (host: Host, packet: Packet): Uint8Array | null =>
  selectSource6(noRoute, packet.bytes, destinationAt(packet), host.interfaces, packet.output)

const redirect4 = (host: Host, packet: Packet): Uint8Array | null =>
  host.interfaces[packet.input - 1]?.addresses.find(({ address }) => address.length === 4)?.address ?? null

/** Scopes of multicast addresses that unicast addresses have, too (RFC 4291 section 2.7). */
const GroupScope = { interface: 1, link: 2, site: 5 } as const

/** fec0::/10, deprecated, but a scope of its own in Linux. */
const isSiteLocal6 = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0xfe && (bytes[at + 1]! & 0xc0) === 0xc0

/**
 * The interface's first address; for a destination of narrower scope, groups included, the first of that kind. Linux keeps those of larger
 * scope in front, and of one scope the latest.
 */
function redirect6(host: Host, packet: Packet): Uint8Array | null {
  const { bytes } = packet
  const at = destinationAt(packet)
  const own = (host.interfaces[packet.input - 1]?.addresses ?? [])
    .map(({ address }) => address)
    .filter((address) => address.length === 16)
    .reverse()
  const group = bytes[at] === 0xff ? bytes[at + 1]! & 15 : 0
  if (isLinkLocal6(bytes, at) || group === GroupScope.link)
    return own.find((address) => isLinkLocal6(address, 0)) ?? null
  if (isLoopback6(bytes, at) || group === GroupScope.interface)
    return own.find((address) => isLoopback6(address, 0)) ?? null
  if (isSiteLocal6(bytes, at) || group === GroupScope.site)
    return own.find((address) => isSiteLocal6(address, 0)) ?? null
  return own.find((address) => !isLinkLocal6(address, 0)) ?? own[0] ?? null
}
