/** nfnetlink: the header behind the netlink header, and the numbers of its subsystems; linux/netfilter/nfnetlink.h. */

export const subsystem = { conntrack: 1, expectation: 2, log: 4, nftables: 10 } as const

/** Multicast groups whose events tell what a packet did. */
export const netfilterGroup = {
  conntrackNew: 1,
  conntrackUpdate: 2,
  conntrackDestroy: 3,
  expectationNew: 4,
  expectationUpdate: 5,
  expectationDestroy: 6,
  trace: 9,
} as const

/** Bytes of struct nfgenmsg, before the attributes. */
export const NETFILTER_HEADER_BYTES = 4

/** The message type of a command of a subsystem. */
export function netfilterType(system: number, command: number): number {
  return (system << 8) | command
}

/** Subsystem and command of a message type. */
export function splitNetfilterType(type: number): { readonly system: number; readonly command: number } {
  return { system: type >> 8, command: type & 255 }
}

/** The header: `family` is an NFPROTO number, `resource` means what the subsystem wants. */
export function netfilterHeader(family: number, resource: number = 0): Uint8Array {
  return Uint8Array.of(family, 0, resource >> 8, resource & 255)
}
