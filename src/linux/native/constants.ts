/**
 * Numbers of the Linux interface, the same on x64 and arm64: clone(2), socket(2), errno(3), setsockopt(2).
 */

/** A new network namespace, for unshare and setns. */
export const CLONE_NEWNET = 0x4000_0000

export const openFlag = { readWrite: 2, nonBlocking: 0o4000, closeOnExec: 0o2000000 } as const

export const family = { ipv4: 2, ipv6: 10, netlink: 16 } as const

export const socketType = { datagram: 2, raw: 3, closeOnExec: 0o2000000 } as const

export const netlinkProtocol = { route: 0, netfilter: 12 } as const

export const messageFlag = { doNotWait: 0x40 } as const

export const errno = { noEntry: 2, again: 11, noBufferSpace: 105 } as const

/** `[level, option]` as setsockopt takes them. */
export const socketOption = {
  broadcast: [1, 6],
  receiveBuffer: [1, 8],
  bindToDevice: [1, 25],
  receiveBufferForce: [1, 33],
  mark: [1, 36],
  netlinkAddMembership: [270, 1],
} as const

/** A raw socket of this protocol takes whole packets, header included: raw(7), ipv6(7). */
export const IPPROTO_RAW = 255
