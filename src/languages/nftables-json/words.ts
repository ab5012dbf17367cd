/** The machine's words (value.ts of model/rules) as one number, and back again as bytes. */

/** Bytes of a number of `width` bits in network order. */
export const bytesOf = (number: bigint, width: number): Uint8Array =>
  Uint8Array.from({ length: (width + 7) >> 3 }, (_, at) =>
    Number((number >> BigInt(8 * (((width + 7) >> 3) - 1 - at))) & 0xffn),
  )

export const onesOf = (width: number): bigint => (1n << BigInt(width)) - 1n

/** The bits that are set, lowest first. */
export function bitsOf(number: bigint): bigint[] {
  const bits: bigint[] = []
  for (let bit = 1n; bit <= number; bit <<= 1n) if ((number & bit) !== 0n) bits.push(bit)
  return bits
}

/** Length of the run of ones at the top of a mask of `width` bits, or null when ones are elsewhere too. */
export function prefixLengthOf(mask: bigint, width: number): number | null {
  const zeros = onesOf(width) ^ mask
  return (zeros & (zeros + 1n)) === 0n ? width - zeros.toString(2).replace(/^0$/, '').length : null
}
