/** Which network a broadcast address speaks to, as an interface's own addresses say (Linux nf_conntrack_broadcast). */

import type { Host } from './host.ts'
import { maskBytes, primaryAddresses } from './interface.ts'

/** The mask of the first primary IPv4 address of the interface whose broadcast address is at `at`; null: there is none, or it is /0. */
export function broadcastMask(host: Host, interfaceIndex: number, bytes: Uint8Array, at: number): Uint8Array | null {
  const addresses = host.interfaces[interfaceIndex - 1]?.addresses ?? []
  const own = primaryAddresses(addresses).find(({ broadcast }) => broadcast?.every((byte, i) => byte === bytes[at + i]))
  return own && own.length > 0 ? maskBytes(own) : null
}
