/** A value with its type, and numbers as the machine's words. */

import type { Value } from '../../../model/rules/index.ts'
import type { DataType } from '../symbols/datatype.ts'

/** The left side of a match, or a computed value. A concatenation has one part for each field; all else is its own only part. */
export interface Typed {
  readonly value: Value
  readonly parts: readonly { readonly value: Value; readonly type: DataType }[]
}

export const typedOf = (value: Value, type: DataType): Typed => ({ value, parts: [{ value, type }] })

/** The words of a number of `width` bits, most significant first; the last word has the bits that remain (value.ts). */
export function wordsFrom(number: bigint, width: number): number[] {
  const words: number[] = []
  for (let left = width; left > 0; left -= 32) {
    const below = BigInt(Math.max(0, left - 32))
    words.push(Number((number >> below) & 0xffffffffn & ((1n << BigInt(Math.min(32, left))) - 1n)))
  }
  return words
}

/** The number of such words. */
export function numberFrom(words: readonly number[], width: number): bigint {
  let left = width
  return words.reduce((sum, word) => {
    const bits = BigInt(Math.min(32, Math.max(0, left)))
    left -= 32
    return (sum << bits) | BigInt(word >>> 0)
  }, 0n)
}

export const allOnes = (width: number): bigint => (1n << BigInt(width)) - 1n

/** A mask of `width` bits whose first `length` bits are set. */
export const prefixMask = (width: number, length: number): bigint => allOnes(width) ^ allOnes(width - length)
