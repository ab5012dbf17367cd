/** CRC32c, the checksum of SCTP (RFC 9260 appendix A), carried least significant byte first. */

const table: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

function step(crc: number, bytes: Uint8Array, from: number, to: number): number {
  let value = crc
  for (let at = from; at < to; at++) value = (value >>> 8) ^ table[(value ^ bytes[at]!) & 0xff]!
  return value
}

const zeros = new Uint8Array(4)

/** The checksum of the SCTP packet in bytes `from` to `to`, its own field (at 8) counted as zero. Signed. */
function compute(bytes: Uint8Array, from: number, to: number): number {
  return ~step(step(step(-1, bytes, from, from + 8), zeros, 0, 4), bytes, from + 12, to)
}

function isRight(bytes: Uint8Array, from: number, to: number): boolean {
  const at = from + 8
  const carried = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  return compute(bytes, from, to) === carried
}

export const crc32c = { compute, isRight } as const
