/** Kinds of addresses that need no configuration to know: multicast, loopback, link-local and the like. */

/** 224.0.0.0/4 */
export const isMulticast4 = (bytes: Uint8Array, at: number): boolean => (bytes[at]! & 0xf0) === 0xe0

/** 224.0.0.0/24: never forwarded. */
export const isLocalMulticast4 = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 224 && bytes[at + 1] === 0 && bytes[at + 2] === 0

/** 255.255.255.255 */
export const isLimitedBroadcast = (bytes: Uint8Array, at: number): boolean =>
  (bytes[at]! & bytes[at + 1]! & bytes[at + 2]! & bytes[at + 3]!) === 0xff

/** 0.0.0.0 */
export const isAny4 = (bytes: Uint8Array, at: number): boolean =>
  (bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!) === 0

/** 127.0.0.0/8 */
export const isLoopback4 = (bytes: Uint8Array, at: number): boolean => bytes[at] === 127

export const isMulticast6 = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0xff

/** fe80::/10 */
export const isLinkLocal6 = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0xfe && (bytes[at + 1]! & 0xc0) === 0x80

/** :: */
export const isAny6 = (bytes: Uint8Array, at: number): boolean => isZero(bytes, at, 16)

/** ::1 */
export const isLoopback6 = (bytes: Uint8Array, at: number): boolean => bytes[at + 15] === 1 && isZero(bytes, at, 15)

function isZero(bytes: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== 0) return false
  return true
}

/** RFC 4291 scope as in the low bits of a multicast address: 1 node, 2 link, 5 site, 14 global. */
export function scopeOf(bytes: Uint8Array, at: number): number {
  if (isMulticast6(bytes, at)) return bytes[at + 1]! & 15
  if (isLinkLocal6(bytes, at) || isLoopback6(bytes, at)) return 2
  return bytes[at] === 0xfe && (bytes[at + 1]! & 0xc0) === 0xc0 ? 5 : 14
}
