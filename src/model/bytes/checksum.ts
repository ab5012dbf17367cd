/** The Internet checksum, RFC 1071, and its incremental form, RFC 1624. Sums are kept unfolded until {@link fold}. */

/**
 * Adds the 16-bit words of bytes `from` (inclusive) to `to` (exclusive) to `initial`; an odd last byte counts as the high half.
 * The sum of an IP packet stays below 2^32.
 */
export function sumWords(bytes: Uint8Array, from: number, to: number, initial = 0): number {
  let sum = initial
  let at = from
  // Eight bytes a turn: sums are taken of every packet (bench/replay.ts).
  for (const whole = to - 7; at < whole; at += 8) {
    sum +=
      ((bytes[at]! << 8) | bytes[at + 1]!) +
      ((bytes[at + 2]! << 8) | bytes[at + 3]!) +
      ((bytes[at + 4]! << 8) | bytes[at + 5]!) +
      ((bytes[at + 6]! << 8) | bytes[at + 7]!)
  }
  for (; at + 1 < to; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!
  if (at < to) sum += bytes[at]! << 8
  return sum
}

/**
 * The same sum through a view of the bytes, folded: four bytes a step, for the checksums of whole captures (bench/replay.ts). `initial`
 * is a sum of 16-bit words below 2^31.
 */
export function foldedSum(view: DataView, from: number, to: number, initial: number): number {
  let high = initial
  let low = 0
  let at = from
  for (const whole = to - 7; at < whole; at += 8) {
    const first = view.getInt32(at)
    const second = view.getInt32(at + 4)
    high += (first >>> 16) + (second >>> 16)
    low += (first & 0xffff) + (second & 0xffff)
  }
  for (; at + 1 < to; at += 2) low += view.getUint16(at)
  if (at < to) low += view.getUint8(at) << 8
  return fold(high + low)
}

/** Folds a sum below 2^32 to 16 bits, not complemented. A correct header or segment (its checksum included) folds to 0xffff. */
export function fold(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16)
  return (once & 0xffff) + (once >>> 16)
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

/**
 * The checksum after words that sum to `before` became words that sum to `after` (unfolded sums). Adding 0xffff changes nothing
 * modulo 0xffff and keeps the sum from being zero, as the kernel's 32-bit complement does.
 */
export const replaceChecksum = (checksum: number, before: number, after: number): number =>
  ~fold((~checksum & 0xffff) + (~fold(before) & 0xffff) + fold(after) + 0xffff) & 0xffff
