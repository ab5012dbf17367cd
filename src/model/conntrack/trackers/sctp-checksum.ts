/** The checksum of an SCTP packet (RFC 9260 section 6.8), carried least significant byte first, its own field counted as zero. */

import { continueCrc32c } from '../../bytes/index.ts'

const zeros = new Uint8Array(4)

/** Of the SCTP packet in bytes `from` to `to`. Signed. */
export const sctpChecksum = (bytes: Uint8Array, from: number, to: number): number =>
  ~continueCrc32c(continueCrc32c(continueCrc32c(-1, bytes, from, from + 8), zeros, 0, 4), bytes, from + 12, to)

export function isSctpChecksumRight(bytes: Uint8Array, from: number, to: number): boolean {
  const at = from + 8
  const carried = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  return sctpChecksum(bytes, from, to) === carried
}
