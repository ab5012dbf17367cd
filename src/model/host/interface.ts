/** One network interface of the host, and the addresses on it. */

import type { Prefix } from '../bytes/index.ts'
import type { InterfaceSettings } from './settings.ts'

export interface HostInterface {
  /** From 1; the loopback interface is 1. */
  readonly index: number
  readonly name: string
  readonly addresses: readonly Prefix[]
  readonly mtu: number
  readonly mac: string | null
  readonly group: number
  readonly isLoopback: boolean
  readonly settings: InterfaceSettings
}

/** IPv4 addresses that are not a second one in the subnet of an earlier one: only these are chosen as sources. */
export function primaryAddresses(addresses: readonly Prefix[]): readonly Prefix[] {
  const primary: Prefix[] = []
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

/** The directed broadcast address of an IPv4 prefix. */
export const broadcastOf = (prefix: Prefix): Uint8Array => {
  const mask = maskBytes(prefix)
  return prefix.address.map((byte, i) => byte | (~(mask[i] ?? 0) & 0xff))
}
