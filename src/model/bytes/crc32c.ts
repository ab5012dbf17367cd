/** CRC-32C (Castagnoli), the checksum of SCTP: RFC 9260 appendix A. */

const polynomial = 0x82f63b78

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0)
  return remainder
})

/** Carries a remainder (-1 to begin with) over bytes `from` (inclusive) to `to` (exclusive). */
export function continueCrc32c(remainder: number, bytes: Uint8Array, from: number, to: number): number {
  let carried = remainder
  for (let at = from; at < to; at++) carried = (carried >>> 8) ^ table[(carried ^ bytes[at]!) & 0xff]!
  return carried
}

/** Checksum of bytes `from` (inclusive) to `to` (exclusive), unsigned. */
export const crc32c = (bytes: Uint8Array, from: number, to: number): number =>
  ~continueCrc32c(-1, bytes, from, to) >>> 0
