/** Sets of concatenations with ranges, and of intervals that overlap: a {@link RangeSearch} and its elements. */

import type { SetDefinition } from '../set.ts'
import { type RangeSearch, type Ranges, searchOf } from './range-tree.ts'
import type { SetElements } from './set-elements.ts'
import type { SetStore } from './set-store.ts'

export class RangeStore implements SetStore {
  readonly definition: SetDefinition
  readonly elements: SetElements
  private readonly ranges: Ranges
  private readonly count: number
  private readonly search: RangeSearch
  private readonly catchAll: number
  private readonly isAlive: (element: number) => boolean

  constructor(definition: SetDefinition, elements: SetElements, ranges: Ranges, catchAll: number) {
    this.definition = definition
    this.elements = elements
    this.ranges = ranges
    this.count = ranges.from.length / ranges.words
    this.catchAll = catchAll
    this.search = searchOf(
      ranges,
      Array.from({ length: this.count }, (_, i) => i),
    )
    this.isAlive = (element) => elements.isAlive(element)
  }

  find(registers: Int32Array, at: number): number {
    const element = this.search.find(registers, at, this.isAlive)
    return element >= 0 ? element : this.catchAll
  }

  *all(): Iterable<number> {
    for (let i = 0; i < this.count; i++) if (this.elements.isAlive(i)) yield i
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
