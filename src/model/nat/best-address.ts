/**
 * Which address of a range a connection gets (Linux find_best_ips_proto): a hash of its addresses without any secret, so that a
 * client keeps its address, also across reboots.
 */

import { isBelow, jenkinsHash, writeUint32 } from '../bytes/index.ts'
import { Translated, type TranslatedNumber } from './halves.ts'
import type { NatRange } from './range.ts'

const hashed = new Uint8Array(16)

/** The bytes of a word in the other order: the kernel hashes words as a little-endian machine reads them. */
const swapped = (word: number): number =>
  ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)

/** High half of the product of two unsigned words (kernel reciprocal_scale), without losing bits beyond 2^53. */
export function scaled(hash: number, size: number): number {
  const low = (hash & 0xffff) * (size >>> 0)
  const high = (hash >>> 16) * (size >>> 0)
  return Math.floor((high + Math.floor(low / 0x10000)) / 0x10000) >>> 0
}

/**
 * Writes the chosen address over the source or destination of `tuple`, whose addresses have `length` words. `zone` tells
 * connections of different zones apart.
 */
export function chooseAddress(
  tuple: Int32Array,
  length: 1 | 4,
  range: NatRange,
  half: TranslatedNumber,
  zone: number,
): void {
  if (!range.hasAddresses) return
  const { minimumAddress, maximumAddress } = range
  const at = half === Translated.source ? 0 : length
  let isSingle = true
  for (let i = 0; i < length; i++) if (minimumAddress[i] !== maximumAddress[i]) isSingle = false
  if (isSingle) {
    for (let i = 0; i < length; i++) tuple[at + i] = minimumAddress[i]!
    return
  }
  hashed.fill(0)
  for (let i = 0; i < length; i++) writeUint32(hashed, 4 * i, tuple[i]!)
  const seed = range.isPersistent ? 0 : swapped(tuple[2 * length - 1]!) ^ zone
  let hash = jenkinsHash(hashed, 16, seed)
  // Once a word is below the range's end, the words behind it are free.
  let isFree = false
  for (let i = 0; i < length; i++) {
    const least = isFree ? 0 : minimumAddress[i]!
    const size = isFree ? 0xffffffff : (maximumAddress[i]! - least + 1) >>> 0
    tuple[at + i] = (least + scaled(hash, size)) | 0
    if (tuple[at + i] !== maximumAddress[i]) isFree = true
    if (!range.isPersistent) hash = (hash ^ swapped(tuple[length + i]!)) >>> 0
  }
}

/** Whether the first `length` words, as one unsigned number, lie between two others, these included. */
export function isBetween(tuple: Int32Array, length: number, least: Int32Array, most: Int32Array): boolean {
  return compare(tuple, least, length) >= 0 && compare(tuple, most, length) <= 0
}

function compare(a: Int32Array, b: Int32Array, length: number): number {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return isBelow(a[i]!, b[i]!) ? -1 : 1
  return 0
}
