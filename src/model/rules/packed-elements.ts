/** Elements that are nothing but their keys, as words side by side: what a set of a million addresses is loaded as. */

import { LazyList } from './list.ts'
import type { Source } from './ruleset.ts'
import { plainElement, type SetElement } from './set.ts'

export class PackedElements extends LazyList<SetElement> {
  /** Words of a key. */
  readonly words: number
  /** Ends of the ranges, `words` words an element; one and the same array where all elements are single keys. */
  readonly from: Int32Array
  readonly to: Int32Array

  /** No two of the elements are equal. `source` tells where an element was written. */
  constructor(words: number, from: Int32Array, to: Int32Array, source: (element: number) => Source) {
    const key = (ends: Int32Array, element: number): number[] =>
      Array.from(ends.subarray(element * words, (element + 1) * words), (word) => word >>> 0)
    super(from.length / words, (element) => plainElement(key(from, element), source(element), key(to, element)))
    this.words = words
    this.from = from
    this.to = to
  }
}
