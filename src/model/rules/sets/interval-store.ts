/** Sets of intervals that do not overlap, of one field: sorted typed arrays and binary search. */

import type { SetDefinition } from '../set.ts'
import { compareWords } from '../words.ts'
import type { SetElements } from './set-elements.ts'
import type { SetStore } from './set-store.ts'

export class IntervalStore implements SetStore {
  readonly definition: SetDefinition
  readonly elements: SetElements
  private readonly words: number
  private readonly count: number
  private readonly from: Int32Array
  private readonly to: Int32Array
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
    this.from = from
    this.to = to
    this.count = from.length / words
    this.catchAll = catchAll
  }

  find(registers: Int32Array, at: number): number {
    const element = this.words === 1 ? this.lastFromOne(registers[at]!) : this.lastFrom(registers, at)
    if (element < 0) return this.catchAll
    const { words } = this
    const isInside = compareWords(registers, at, this.to, element * words, words) <= 0
    return isInside && this.elements.isAlive(element) ? element : this.catchAll
  }

  *all(): Iterable<number> {
    for (let i = 0; i < this.count; i++) if (this.elements.isAlive(i)) yield i
    if (this.catchAll >= 0) yield this.catchAll
  }

  key(element: number): { from: readonly number[]; to: readonly number[] } | null {
    if (element === this.catchAll) return null
    const base = element * this.words
    return {
      from: [...this.from.subarray(base, base + this.words)],
      to: [...this.to.subarray(base, base + this.words)],
    }
  }

  /** The last element that starts at or before the key, -1 when all start behind it. */
  private lastFrom(registers: Int32Array, at: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareWords(this.from, middle * this.words, registers, at, this.words) <= 0) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  private lastFromOne(word: number): number {
    const key = word ^ 0x80000000
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.from[middle]! ^ 0x80000000) <= key) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
