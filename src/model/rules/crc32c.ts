/** CRC-32C (Castagnoli), the checksum of SCTP: RFC 9260 appendix A. */

const polynomial = 0x82f63b78

const table: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0)
  return remainder
})

/** Checksum of bytes `from` (inclusive) to `to` (exclusive), unsigned. */
export function crc32c(bytes: Uint8Array, from: number, to: number): number {
  let remainder = -1
  for (let at = from; at < to; at++) remainder = (remainder >>> 8) ^ table[(remainder ^ bytes[at]!) & 0xff]!
  return ~remainder >>> 0
}
