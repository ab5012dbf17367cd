/** Sets of intervals that do not overlap, of one field: the last one that begins up to the key is the only one that may hold it. */

import { compareWords, type SetDefinition } from '../../rules/index.ts'
import { type DecisiveWords, decisiveWords } from './decisive-words.ts'
import type { SetElements } from './set-elements.ts'
import type { SetStore } from './set-store.ts'
import { SortedKeys } from './sorted-keys.ts'

export class IntervalStore implements SetStore {
  readonly definition: SetDefinition
  readonly elements: SetElements
  /** Words of a whole key. */
  private readonly words: number
  /** Words of a key before those that are searched, the same in all elements. */
  private readonly shared: Int32Array
  /** Words that are searched. */
  private readonly decisive: number
  private readonly count: number
  /** The decisive words of both ends of each interval side by side, so that a lookup waits for memory once. */
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
    const decisive = decisiveWords(from, to, words)
    this.definition = definition
    this.elements = elements
    this.words = words
    this.shared = from.slice(0, decisive.first)
    this.decisive = decisive.count
    this.count = from.length / words
    this.starts = new SortedKeys(sideBySide(from, to, words, decisive), decisive.count, 2 * decisive.count)
    this.catchAll = catchAll
  }

  find(registers: Int32Array, at: number): number {
    const { decisive, shared } = this
    for (let word = 0; word < shared.length; word++) if (registers[at + word] !== shared[word]) return this.catchAll
    const first = at + shared.length
    if (decisive === 1) return this.findDecisive(registers[first]!)
    const element = this.starts.lastUpTo(registers, first)
    if (element < 0) return this.catchAll
    const end = (2 * element + 1) * decisive
    const isInside = compareWords(registers, first, this.starts.entries, end, decisive) <= 0
    return isInside && this.elements.isAlive(element) ? element : this.catchAll
  }

  *all(): Iterable<number> {
    for (let i = 0; i < this.count; i++) if (this.elements.isAlive(i)) yield i
    if (this.catchAll >= 0) yield this.catchAll
  }

  key(element: number): { from: readonly number[]; to: readonly number[] } | null {
    if (element === this.catchAll) return null
    const base = 2 * element * this.decisive
    return { from: this.wholeKey(base, 0), to: this.wholeKey(base + this.decisive, -1) }
  }

  /** {@link find} by the only word that is decisive. */
  private findDecisive(word: number): number {
    const element = this.starts.lastUpToWord(word)
    if (element < 0) return this.catchAll
    const isInside = word >>> 0 <= this.starts.entries[2 * element + 1]! >>> 0
    return isInside && this.elements.isAlive(element) ? element : this.catchAll
  }

  private wholeKey(decisiveAt: number, rest: number): readonly number[] {
    const key = [...this.shared, ...this.starts.entries.subarray(decisiveAt, decisiveAt + this.decisive)]
    while (key.length < this.words) key.push(rest)
    return key
  }
}

function sideBySide(from: Int32Array, to: Int32Array, words: number, { count, first }: DecisiveWords): Int32Array {
  const both = new Int32Array((2 * from.length * count) / words)
  for (let at = first, next = 0; at < from.length; at += words) {
    for (let word = 0; word < count; word++) both[next++] = from[at + word]!
    for (let word = 0; word < count; word++) both[next++] = to[at + word]!
  }
  return both
}
