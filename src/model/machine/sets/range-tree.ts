/**
 * Finds the element whose fields all hold a key, whatever ranges overlap.
 *
 * A segment tree over the first field, whose nodes hold trees over the next one. An element lies in at most 2 log n nodes of
 * each field and a search meets log n of them, so ten thousand elements cost some dozen comparisons, not ten thousand.
 */

import { compareWords, increment } from '../../rules/index.ts'

/** Fields of the keys, and all elements' ranges: `words` words an element in each array, as they lie in registers. */
export interface Ranges {
  readonly fields: readonly { readonly words: number; readonly width: number }[]
  readonly words: number
  readonly from: Int32Array
  readonly to: Int32Array
}

/** Answers the lowest number of an element that holds the key in `registers` from `at`, or -1. */
export interface RangeSearch {
  find(registers: Int32Array, at: number, isAlive: (element: number) => boolean): number
}

/** So few elements are compared one by one. */
const fewElements = 8

/** `members` ascend; `offset` is where the field's words begin in a key. */
export function treeOf(ranges: Ranges, members: readonly number[], field: number, offset: number): RangeSearch {
  const shape = ranges.fields[field]
  if (!shape || members.length <= fewElements) return new Scan(ranges, members)
  return new RangeTree(ranges, members, field, offset, shape)
}

class Scan implements RangeSearch {
  private readonly ranges: Ranges
  private readonly members: Int32Array

  constructor(ranges: Ranges, members: readonly number[]) {
    this.ranges = ranges
    this.members = Int32Array.from(members)
  }

  find(registers: Int32Array, at: number, isAlive: (element: number) => boolean): number {
    for (const element of this.members)
      if (holds(this.ranges, element, registers, at) && isAlive(element)) return element
    return -1
  }
}

/** Whether every field of the element holds its part of the key. */
export function holds(ranges: Ranges, element: number, registers: Int32Array, at: number): boolean {
  let offset = 0
  for (const { words } of ranges.fields) {
    const base = element * ranges.words + offset
    if (compareWords(registers, at + offset, ranges.from, base, words) < 0) return false
    if (compareWords(registers, at + offset, ranges.to, base, words) > 0) return false
    offset += words
  }
  return true
}

class RangeTree implements RangeSearch {
  private readonly words: number
  private readonly offset: number
  /** Starts of the elementary intervals, ascending. */
  private readonly starts: Int32Array
  private readonly count: number
  /** Inner searches by node; node 1 is the root, nodes from `count` on are the elementary intervals. */
  private readonly nodes: (RangeSearch | undefined)[]

  constructor(
    ranges: Ranges,
    members: readonly number[],
    field: number,
    offset: number,
    shape: { readonly words: number; readonly width: number },
  ) {
    this.words = shape.words
    this.offset = offset
    this.starts = elementaryStarts(ranges, members, offset, shape)
    this.count = this.starts.length / this.words
    const lists: (number[] | undefined)[] = new Array(this.count * 2)
    for (const element of members) this.cover(ranges, element, lists, shape)
    this.nodes = lists.map((list) => list && treeOf(ranges, list, field + 1, offset + shape.words))
  }

  find(registers: Int32Array, at: number, isAlive: (element: number) => boolean): number {
    const interval = this.locate(registers, at + this.offset)
    if (interval < 0) return -1
    let first = -1
    for (let node = interval + this.count; node > 0; node >>>= 1) {
      const found = this.nodes[node]?.find(registers, at, isAlive) ?? -1
      if (found >= 0 && (first < 0 || found < first)) first = found
    }
    return first
  }

  /** The elementary interval that holds a field's value. */
  private locate(words: ArrayLike<number>, at: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareWords(this.starts, middle * this.words, words, at, this.words) <= 0) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** Enters an element in the fewest nodes that together cover its range. */
  private cover(
    ranges: Ranges,
    element: number,
    lists: (number[] | undefined)[],
    shape: { readonly width: number },
  ): void {
    const base = element * ranges.words + this.offset
    const behind = Array.from(ranges.to.subarray(base, base + this.words))
    let left = this.locate(ranges.from, base) + this.count
    let right = (increment(behind, shape.width) ? this.locate(behind, 0) : this.count) + this.count
    for (; left < right; left >>>= 1, right >>>= 1) {
      if (left & 1) enter(lists, left++, element)
      if (right & 1) enter(lists, --right, element)
    }
  }
}

function enter(lists: (number[] | undefined)[], node: number, element: number): void {
  const list = lists[node]
  if (list) list.push(element)
  else lists[node] = [element]
}

/** Where the ranges of a field start, and where they have just ended: between two neighbours no answer changes. */
function elementaryStarts(
  ranges: Ranges,
  members: readonly number[],
  offset: number,
  shape: { readonly words: number; readonly width: number },
): Int32Array {
  const points: number[][] = []
  for (const element of members) {
    const base = element * ranges.words + offset
    points.push(Array.from(ranges.from.subarray(base, base + shape.words)))
    const behind = Array.from(ranges.to.subarray(base, base + shape.words))
    if (increment(behind, shape.width)) points.push(behind)
  }
  points.sort((a, b) => compareWords(a, 0, b, 0, shape.words))
  const distinct = points.filter((point, i) => {
    const before = points[i - 1]
    return before === undefined || compareWords(before, 0, point, 0, shape.words) !== 0
  })
  return Int32Array.from(distinct.flat())
}
