/** The Internet checksum, RFC 1071, and its incremental form, RFC 1624. Sums are kept unfolded until {@link fold}. */

/** Adds the 16-bit words of bytes `from` (inclusive) to `to` (exclusive) to `initial`; an odd last byte counts as the high half. */
export function sumWords(bytes: Uint8Array, from: number, to: number, initial = 0): number {
  let sum = initial
  let at = from
  for (; at + 1 < to; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!
  if (at < to) sum += bytes[at]! << 8
  return sum
}

/** Folds a sum to 16 bits, not complemented. A correct header or segment (its checksum included) folds to 0xffff. */
export function fold(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000)
  return folded
}

export const complement = (sum: number): number => ~fold(sum) & 0xffff

/** The checksum after one 16-bit word that it covers changed from `before` to `after` (RFC 1624, equation 3). */
export const adjustChecksum = (checksum: number, before: number, after: number): number =>
  complement((~checksum & 0xffff) + (~before & 0xffff) + after)

/** The unfolded sum of the pseudo header: addresses (`addressesFrom` to `addressesTo`), length of the segment and its protocol. */
export const sumPseudoHeader = (
  bytes: Uint8Array,
  addressesFrom: number,
  addressesTo: number,
  segmentLength: number,
  protocol: number,
): number => sumWords(bytes, addressesFrom, addressesTo, (segmentLength >>> 16) + (segmentLength & 0xffff) + protocol)
