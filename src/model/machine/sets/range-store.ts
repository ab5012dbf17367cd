/** Sets of concatenations with ranges, and of intervals that overlap: of several elements that hold a key the first one written is found. */

import type { SetDefinition } from '../../rules/index.ts'
import { searchOf } from './range-cells.ts'
import type { RangeSearch, Ranges } from './range-tree.ts'
import type { SetElements } from './set-elements.ts'
import type { SetStore } from './set-store.ts'

export class RangeStore implements SetStore {
  readonly definition: SetDefinition
  readonly elements: SetElements
  private readonly ranges: Ranges
  /** Element numbers in the order of listings. */
  private readonly order: Uint32Array
  private readonly search: RangeSearch
  private readonly catchAll: number
  private readonly isAlive: (element: number) => boolean

  /** Elements are numbered as they lie in `ranges`, the catch-all behind them. */
  constructor(definition: SetDefinition, elements: SetElements, ranges: Ranges, order: Uint32Array, catchAll: number) {
    this.definition = definition
    this.elements = elements
    this.ranges = ranges
    this.order = order
    this.catchAll = catchAll
    this.search = searchOf(
      ranges,
      order.map((_, i) => i),
    )
    this.isAlive = (element) => elements.isAlive(element)
  }

  find(registers: Int32Array, at: number): number {
    const element = this.search.find(registers, at, this.isAlive)
    return element >= 0 ? element : this.catchAll
  }

  *all(): Iterable<number> {
    for (const element of this.order) if (this.elements.isAlive(element)) yield element
    if (this.catchAll >= 0) yield this.catchAll
  }

  key(element: number): { from: readonly number[]; to: readonly number[] } | null {
    if (element === this.catchAll) return null
    const base = element * this.ranges.words
    return {
      from: [...this.ranges.from.subarray(base, base + this.ranges.words)],
      to: [...this.ranges.to.subarray(base, base + this.ranges.words)],
    }
  }
}
