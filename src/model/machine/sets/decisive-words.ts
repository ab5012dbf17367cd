/** Which words of long keys a search need not look at: of a million IPv6 prefixes often one of four is left. */

export interface DecisiveWords {
  /** Words before the first that counts: one and the same in both ends of all ranges, so that no other key is in any. */
  readonly first: number
  /** Words that count, at least one. The words behind them are all zero where ranges begin and all ones where they end: any value is in. */
  readonly count: number
}

/** Of ranges of `words` words each that do not overlap. */
export function decisiveWords(from: Int32Array, to: Int32Array, words: number): DecisiveWords {
  let end = words
  while (end > 1 && isAlways(from, end - 1, words, 0) && isAlways(to, end - 1, words, -1)) end--
  let first = 0
  while (first < end - 1 && isAlways(from, first, words, from[first]!) && isAlways(to, first, words, from[first]!))
    first++
  return { first, count: end - first }
}

function isAlways(ends: Int32Array, word: number, words: number, value: number): boolean {
  for (let at = word; at < ends.length; at += words) if (ends[at] !== value) return false
  return true
}
