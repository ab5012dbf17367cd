/** rtnetlink requests: links, addresses, routes; RFC 3549 section 3.1, linux/rtnetlink.h, rtnetlink(7). */
import type { Prefix } from '../../model/bytes/index.ts'
import { family } from '../native/index.ts'
import { attribute, bytes, encodeAttributes, host32 } from './attribute.ts'
import { requestFlag } from './message.ts'

export const routeMessage = { newLink: 16, newAddress: 20, newRoute: 24, getRoute: 26 } as const

/** A thing that is to be made and must not be there yet. */
export const NEW: number = requestFlag.create | requestFlag.exclusive

const IFF_UP = 1
const IFF_MULTICAST = 0x1000
/** IFA_F_NODAD: no duplicate address detection, or the address would be tentative for a second. */
const NO_DUPLICATE_DETECTION = 2
const RT_TABLE_MAIN = 254
const RTPROT_STATIC = 4
const scope = { universe: 0, link: 253 } as const
/** Route types that a query answers with. */
export const routeType = { unicast: 1, local: 2 } as const

const linkAttributes = { mtu: attribute(4, host32) }
const addressAttributes = {
  address: attribute(1, bytes),
  local: attribute(2, bytes),
  broadcast: attribute(4, bytes),
}
const routeAttributes = { destination: attribute(1, bytes), device: attribute(4, host32), gateway: attribute(5, bytes) }

/** newLink: an MTU for an interface that stays down. Multicast is switched off, or MLD reports would come at random. */
export function encodeLinkDown(index: number, mtu: number): Uint8Array {
  return Buffer.concat([linkHeader(index, 0, IFF_UP | IFF_MULTICAST), encodeAttributes(linkAttributes, { mtu })])
}

/** newLink: sets an interface up, without multicast. */
export function encodeLinkUp(index: number): Uint8Array {
  return linkHeader(index, IFF_UP, IFF_UP | IFF_MULTICAST)
}

/** newAddress: one address of an interface, with its broadcast address (IPv4) if it is to have one. */
export function encodeAddress(index: number, prefix: Prefix, broadcast?: Uint8Array): Uint8Array {
  const header = Buffer.alloc(8)
  header.writeUInt8(familyOf(prefix.address), 0)
  header.writeUInt8(prefix.length, 1)
  header.writeUInt8(familyOf(prefix.address) === family.ipv6 ? NO_DUPLICATE_DETECTION : 0, 2)
  header.writeUInt32LE(index, 4)
  const attributes = encodeAttributes(addressAttributes, {
    address: prefix.address,
    local: prefix.address,
    ...(broadcast === undefined ? {} : { broadcast }),
  })
  return Buffer.concat([header, attributes])
}

/** A route to add; `device` is an interface index, `type` one of the kernel's RTN numbers (unicast when left out). */
export interface Route {
  readonly destination: Prefix
  readonly gateway?: Uint8Array | undefined
  readonly device?: number | undefined
  readonly type?: number | undefined
}

/** newRoute: one route of the main table. */
export function encodeRoute(route: Route): Uint8Array {
  const isIpv4 = familyOf(route.destination.address) === family.ipv4
  const header = routeHeader(route.destination)
  header.writeUInt8(RT_TABLE_MAIN, 4)
  header.writeUInt8(RTPROT_STATIC, 5)
  header.writeUInt8(isIpv4 && route.gateway === undefined ? scope.link : scope.universe, 6)
  header.writeUInt8(route.type ?? routeType.unicast, 7)
  const attributes = encodeAttributes(routeAttributes, {
    destination: route.destination.address,
    ...(route.gateway === undefined ? {} : { gateway: route.gateway }),
    ...(route.device === undefined ? {} : { device: route.device }),
  })
  return Buffer.concat([header, attributes])
}

/** getRoute: which route a packet to this address would take. */
export function encodeRouteQuery(destination: Uint8Array): Uint8Array {
  const header = routeHeader({ address: destination, length: destination.length * 8 })
  return Buffer.concat([header, encodeAttributes(routeAttributes, { destination })])
}

/** The type of the route in an answer to a query; undefined when the answer is no route. */
export function decodeRouteType(body: Uint8Array): number | undefined {
  return body[7]
}

function linkHeader(index: number, flags: number, change: number): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(index, 4)
  header.writeUInt32LE(flags, 8)
  header.writeUInt32LE(change, 12)
  return header
}

function routeHeader(destination: Prefix): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt8(familyOf(destination.address), 0)
  header.writeUInt8(destination.length, 1)
  return header
}

function familyOf(address: Uint8Array): number {
  return address.length === 4 ? family.ipv4 : family.ipv6
}
