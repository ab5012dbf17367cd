/** Decimal numbers in payloads, as the kernel's simple_strtoul reads them: as many digits as there are, whatever the size. */

export interface Decimal {
  /** The lowest 32 bits of the number, signed; 0 without a digit. */
  readonly value: number
  /** Offset behind the last digit. */
  readonly to: number
}

/** Reads from `at`; not beyond `end`. */
export function readDecimal(bytes: Uint8Array, at: number, end: number): Decimal {
  let value = 0
  let to = at
  for (; to < end; to++) {
    const digit = bytes[to]! - 48
    if (digit < 0 || digit > 9) break
    value = (Math.imul(value, 10) + digit) | 0
  }
  return { value, to }
}
