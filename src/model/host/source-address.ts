/** The address that this host puts into packets of its own: Linux inet_select_addr for IPv4, RFC 6724 for IPv6. */

import type { Prefix } from '../bytes/index.ts'
import { isInPrefix, parsePrefix } from '../bytes/index.ts'
import { isLoopback4, scopeOf } from './address-kind.ts'
import type { HostInterface } from './interface.ts'
import { primaryAddresses } from './interface.ts'
import type { Route } from './route-table.ts'

/** What a host without any IPv4 address signs its errors with (RFC 7600, section 4.8). */
const dummyAddress = Uint8Array.of(192, 0, 0, 8)

/** First primary address of the interface whose subnet holds `near`, else its first, else the first of another interface. */
export function selectSource4(
  route: Route,
  near: Uint8Array,
  nearAt: number,
  interfaces: readonly HostInterface[],
): Uint8Array {
  if (route.source) return route.source
  return selectAddress4(interfaces[route.output - 1], route.via ?? near, route.via ? 0 : nearAt, interfaces)
}

/** The same for a given interface, whatever the route (icmp_errors_use_inbound_ifaddr). */
export function selectAddress4(
  device: HostInterface | undefined,
  near: Uint8Array,
  nearAt: number,
  interfaces: readonly HostInterface[],
): Uint8Array {
  const own = device ? primaryAddresses(device.addresses) : []
  const best = own.find((address) => isInPrefix(near, nearAt, address)) ?? own[0]
  if (best) return best.address
  for (const other of interfaces) {
    const first = other.isLoopback ? undefined : primaryAddresses(other.addresses)[0]
    if (first) return first.address
  }
  return dummyAddress
}

/**
 * The address that traffic leaving by `device` is masqueraded with: as above, but only one that is valid beyond this host (the
 * loopback's 127.0.0.0/8 is not). Null: no interface has any.
 */
export function selectUniversalAddress4(
  device: HostInterface | undefined,
  near: Uint8Array,
  nearAt: number,
  interfaces: readonly HostInterface[],
): Uint8Array | null {
  const universal = (one: HostInterface): readonly Prefix[] =>
    primaryAddresses(one.addresses).filter(({ address }) => !isLoopback4(address, 0))
  const own = device ? universal(device) : []
  const best = own.find((address) => isInPrefix(near, nearAt, address)) ?? own[0]
  if (best) return best.address
  for (const other of interfaces) {
    const first = universal(other)[0]
    if (first) return first.address
  }
  return null
}

/** The default policy table of RFC 6724, as Linux has it: label by longest prefix. */
const labels: readonly (readonly [Prefix, number])[] = (
  [
    ['::1/128', 0],
    ['::ffff:0:0/96', 4],
    ['::/96', 3],
    ['2001::/32', 6],
    ['2001:10::/28', 7],
    ['fec0::/10', 11],
    ['2002::/16', 2],
    ['3ffe::/16', 12],
    ['fc00::/7', 5],
    ['::/0', 1],
  ] as const
).map(([text, label]) => [parsePrefix(text) ?? { address: new Uint8Array(16), length: 0 }, label])

const labelOf = (address: Uint8Array, at: number): number =>
  labels.find(([prefix]) => isInPrefix(address, at, prefix))?.[1] ?? 1

function commonBits(a: Uint8Array, at: number, b: Uint8Array, most: number): number {
  for (let bit = 0; bit < most; bit++) {
    const shift = 7 - (bit & 7)
    if ((((a[at + (bit >>> 3)] ?? 0) ^ (b[bit >>> 3] ?? 0)) >>> shift) & 1) return bit
  }
  return most
}

/** Rules 1, 2, 5 (with `preferred` as the outgoing interface), 6 and 8 of RFC 6724 (the host has no deprecated, home or temporary addresses). Null: the host has no IPv6 address. */
export function selectSource6(
  route: Route,
  to: Uint8Array,
  at: number,
  interfaces: readonly HostInterface[],
  preferred: number,
): Uint8Array | null {
  if (route.source) return route.source
  const scope = scopeOf(to, at)
  const isOnlyFromOutput = scope <= 2 || to[at] === 0xff
  let best: { readonly address: Uint8Array; readonly rank: readonly number[] } | null = null
  for (const device of interfaces) {
    if (isOnlyFromOutput && device.index !== preferred) continue
    for (const { address, length } of device.addresses) {
      if (address.length !== 16) continue
      const own = scopeOf(address, 0)
      const rank = [
        commonBits(to, at, address, 128) === 128 ? 1 : 0,
        own >= scope ? 256 - own : own - 256,
        device.index === preferred ? 1 : 0,
        labelOf(address, 0) === labelOf(to, at) ? 1 : 0,
        commonBits(to, at, address, length),
      ]
      if (!best || isHigher(rank, best.rank)) best = { address, rank }
    }
  }
  return best?.address ?? null
}

function isHigher(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? 0
    if (value !== other) return value > other
  }
  return false
}
