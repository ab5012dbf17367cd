/** Numbers in messages about bytes. */

/** `0x` and at least `digits` digits. */
export function hexadecimal(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`
}
