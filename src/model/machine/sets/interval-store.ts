/** Sets of intervals that do not overlap, of one field: the last one that begins up to the key is the only one that may hold it. */

import { compareWords, type SetDefinition } from '../../rules/index.ts'
import type { SetElements } from './set-elements.ts'
import type { SetStore } from './set-store.ts'
import { SortedKeys } from './sorted-keys.ts'

export class IntervalStore implements SetStore {
  readonly definition: SetDefinition
  readonly elements: SetElements
  private readonly words: number
  private readonly count: number
  /** Both ends of each interval side by side, so that a lookup waits for memory once. */
  private readonly starts: SortedKeys
  private readonly catchAll: number

  /** `from` and `to` hold `words` words an element, ascending; the catch-all's number, -1 without one, lies behind them. */
  constructor(
    definition: SetDefinition,
    words: number,
    elements: SetElements,
    from: Int32Array,
    to: Int32Array,
    catchAll: number,
  ) {
    this.definition = definition
    this.elements = elements
    this.words = words
    this.count = from.length / words
    this.starts = new SortedKeys(sideBySide(from, to, words), words, 2 * words)
    this.catchAll = catchAll
  }

  find(registers: Int32Array, at: number): number {
    const { words } = this
    if (words === 1) return this.findWord(registers[at]!)
    const element = this.starts.lastUpTo(registers, at)
    if (element < 0) return this.catchAll
    const isInside = compareWords(registers, at, this.starts.entries, (2 * element + 1) * words, words) <= 0
    return isInside && this.elements.isAlive(element) ? element : this.catchAll
  }

  /** {@link find} for keys of one word, without registers. */
  findWord(word: number): number {
    const element = this.starts.lastUpToWord(word)
    if (element < 0) return this.catchAll
    const isInside = word >>> 0 <= this.starts.entries[2 * element + 1]! >>> 0
    return isInside && this.elements.isAlive(element) ? element : this.catchAll
  }

  *all(): Iterable<number> {
    for (let i = 0; i < this.count; i++) if (this.elements.isAlive(i)) yield i
    if (this.catchAll >= 0) yield this.catchAll
  }

  key(element: number): { from: readonly number[]; to: readonly number[] } | null {
    if (element === this.catchAll) return null
    const base = 2 * element * this.words
    const { entries } = this.starts
    return {
      from: [...entries.subarray(base, base + this.words)],
      to: [...entries.subarray(base + this.words, base + 2 * this.words)],
    }
  }
}

function sideBySide(from: Int32Array, to: Int32Array, words: number): Int32Array {
  const both = new Int32Array(2 * from.length)
  for (let at = 0; at < from.length; at += words) {
    for (let word = 0; word < words; word++) {
      both[2 * at + word] = from[at + word]!
      both[2 * at + words + word] = to[at + word]!
    }
  }
  return both
}
