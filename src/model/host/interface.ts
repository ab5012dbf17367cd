/** One network interface of the host, and the addresses on it. */

import type { Prefix } from '../bytes/index.ts'
import { isLinkLocal6 } from './address-kind.ts'
import type { InterfaceAddress, InterfaceConfiguration } from './configuration.ts'
import type { InterfaceSettings } from './settings.ts'

export interface HostInterface {
  /** From 1; the loopback interface is 1. */
  readonly index: number
  readonly name: string
  readonly addresses: readonly InterfaceAddress[]
  readonly mtu: number
  readonly mac: string | null
  readonly group: number
  readonly isLoopback: boolean
  readonly settings: InterfaceSettings
}

/** IPv4 addresses that are not a second one in the subnet of an earlier one: only these are chosen as sources. */
export function primaryAddresses(addresses: readonly InterfaceAddress[]): readonly InterfaceAddress[] {
  const primary: InterfaceAddress[] = []
  for (const prefix of addresses) {
    if (prefix.address.length !== 4) continue
    if (!primary.some((other) => other.length === prefix.length && isSameSubnet(other, prefix))) primary.push(prefix)
  }
  return primary
}

const isSameSubnet = (a: Prefix, b: Prefix): boolean => {
  const mask = maskBytes(a)
  return mask.every((byte, i) => ((a.address[i] ?? 0) & byte) === ((b.address[i] ?? 0) & byte))
}

/** The mask of a prefix, as bytes. */
export function maskBytes(prefix: Prefix): Uint8Array {
  const mask = new Uint8Array(prefix.address.length)
  for (let i = 0; i < mask.length; i++) mask[i] = 0xff00 >>> Math.min(8, Math.max(0, prefix.length - 8 * i))
  return mask
}

/** The prefix with all bits behind its length cleared. */
export const networkOf = (prefix: Prefix): Prefix => {
  const mask = maskBytes(prefix)
  return { address: prefix.address.map((byte, i) => byte & (mask[i] ?? 0)), length: prefix.length }
}

/** An address as the programs that set up interfaces add it: with its network's last address for broadcasts. */
export const withBroadcast = (prefix: Prefix): InterfaceAddress =>
  prefix.address.length === 4 && prefix.length < 31 ? { ...prefix, broadcast: broadcastOf(prefix) } : prefix

/** The directed broadcast address of an IPv4 prefix. */
export const broadcastOf = (prefix: Prefix): Uint8Array => {
  const mask = maskBytes(prefix)
  return prefix.address.map((byte, i) => byte | (~(mask[i] ?? 0) & 0xff))
}

/** The address that an interface with a link-layer address gives itself in fe80::/64 (RFC 4291 appendix A), unless one is configured. */
export function linkLocalOf(device: InterfaceConfiguration): readonly Prefix[] {
  const octets = device.mac?.split(/[:-]/).map((octet) => Number.parseInt(octet, 16)) ?? []
  const has6 = device.addresses.some(({ address }) => address.length === 16)
  const hasLinkLocal = device.addresses.some(({ address }) => address.length === 16 && isLinkLocal6(address, 0))
  if (!has6 || hasLinkLocal || octets.length !== 6 || octets.some(Number.isNaN)) return []
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = octets
  return [{ address: Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f), length: 64 }]
}
