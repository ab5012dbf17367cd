/** The order of many keys of whole words, ascending as unsigned numbers; equal keys stay in the order in which they came. */

import { compareWords } from './words.ts'

/** Fewer keys are sorted by comparing: counting digits begins to pay at about this many. */
const fewKeys = 4096
const digits = 1 << 16

/** Indices of the keys, which lie `stride` words apart and are `words` words long. */
export function sortedOrder(keys: Int32Array, words: number, stride: number = words): Uint32Array {
  const count = keys.length / stride
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  if (isSorted(keys, words, stride)) return order
  if (count < fewKeys) return order.sort((a, b) => compareWords(keys, a * stride, keys, b * stride, words) || a - b)
  return sortedByDigits(keys, words, stride, order)
}

function isSorted(keys: Int32Array, words: number, stride: number): boolean {
  for (let at = stride; at < keys.length; at += stride)
    if (compareWords(keys, at - stride, keys, at, words) > 0) return false
  return true
}

/** Radix sort from the lowest half word to the highest: a million IPv6 addresses in a tenth of the time that comparing takes. */
function sortedByDigits(keys: Int32Array, words: number, stride: number, order: Uint32Array): Uint32Array {
  const counts = new Uint32Array(digits)
  let from: Uint32Array = order
  let to: Uint32Array = new Uint32Array(order.length)
  for (let digit = 2 * words - 1; digit >= 0; digit--) {
    const word = digit >>> 1
    const shift = (digit & 1) === 0 ? 16 : 0
    counts.fill(0)
    for (let at = word; at < keys.length; at += stride) counts[(keys[at]! >>> shift) & 0xffff]!++
    if (counts[(keys[word]! >>> shift) & 0xffff] === order.length) continue
    for (let i = 0, sum = 0; i < digits; i++) {
      const count = counts[i]!
      counts[i] = sum
      sum += count
    }
    for (let i = 0; i < from.length; i++) {
      const index = from[i]!
      const value = (keys[index * stride + word]! >>> shift) & 0xffff
      to[counts[value]!++] = index
    }
    const spare = from
    from = to
    to = spare
  }
  return from
}
