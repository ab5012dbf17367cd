/**
 * The values of a field cut into cells, in each of which the same rules are possible: single values in a hash table, or the stretches
 * between the ends of ranges.
 */

import { compareWords, increment, KeyTable, sortedOrder } from '../../rules/index.ts'
import { SortedKeys } from '../sets/sorted-keys.ts'
import type { Ranges } from './field.ts'

export interface Cells {
  /** Number of the cell that a value in the registers lies in, -1: no rule wants it. */
  readonly find: (registers: Int32Array) => number
  /** Rules of cell i, ascending: `members` from `offsets[i]` to before `offsets[i + 1]`. */
  readonly offsets: Int32Array
  readonly members: Int32Array
}

export interface Placement {
  readonly cells: Cells
  readonly placed: number
  /** Rules that lie in so many cells that they would take more room than there is, ascending. */
  readonly wide: readonly number[]
  /** Rules that are left to look at when a packet is one that rules want; at worst, and so a little more than on average. */
  readonly expected: number
}

/** Cells, and which of them each range of each rule covers. */
interface Grid {
  readonly find: Cells['find']
  readonly count: number
  /** First and last cell of each range, two words a range. */
  readonly spans: Int32Array
  /** By rule, in the order in which they were given: where its spans begin; one entry more at the end. */
  readonly spanStarts: Int32Array
}

/** Puts rules (ascending numbers, with what each asks of the same field) into cells; all together in at most `room` places. */
export function placeRules(rules: readonly number[], asked: readonly Ranges[], room: number): Placement | null {
  const grid = gridOf(asked)
  const sizes = sizesOf(grid)
  if (sizes.reduce((sum, size) => sum + size, 0) <= room) return placementOf(grid, rules, [])
  const isKept = narrowest(sizes, room)
  const kept = rules.filter((_, i) => isKept[i])
  if (kept.length === 0) return null
  const fewer = gridOf(asked.filter((_, i) => isKept[i]))
  return placementOf(
    fewer,
    kept,
    rules.filter((_, i) => !isKept[i]),
  )
}

/** Cells that each rule lies in. */
function sizesOf({ spanStarts, spans }: Grid): Int32Array {
  const sizes = new Int32Array(spanStarts.length - 1)
  for (let i = 0; i < sizes.length; i++) {
    for (let at = spanStarts[i]!; at < spanStarts[i + 1]!; at += 2) sizes[i]! += spans[at + 1]! - spans[at]! + 1
  }
  return sizes
}

/** Those that lie in fewest cells, as many as find room. */
function narrowest(sizes: Int32Array, room: number): boolean[] {
  const isKept = Array.from(sizes, () => false)
  let left = room
  for (const i of [...sizes.keys()].sort((a, b) => sizes[a]! - sizes[b]! || a - b)) {
    left -= sizes[i]!
    if (left < 0) break
    isKept[i] = true
  }
  return isKept
}

function placementOf(grid: Grid, rules: readonly number[], wide: readonly number[]): Placement {
  const offsets = new Int32Array(grid.count + 1)
  eachPlace(grid, rules, (cell) => {
    offsets[cell + 1]!++
  })
  let squares = 0
  for (let cell = 0; cell < grid.count; cell++) {
    squares += offsets[cell + 1]! ** 2
    offsets[cell + 1]! += offsets[cell]!
  }
  const members = new Int32Array(offsets[grid.count]!)
  const next = offsets.slice(0, grid.count)
  eachPlace(grid, rules, (cell, rule) => {
    members[next[cell]!++] = rule
  })
  const expected = members.length === 0 ? 0 : squares / members.length
  return { cells: { find: grid.find, offsets, members }, placed: rules.length, wide, expected }
}

/** Each rule with each of its cells once, though its ranges may overlap. */
function eachPlace(grid: Grid, rules: readonly number[], work: (cell: number, rule: number) => void): void {
  const { spanStarts, spans } = grid
  const last = new Int32Array(grid.count).fill(-1)
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!
    for (let at = spanStarts[i]!; at < spanStarts[i + 1]!; at += 2) {
      for (let cell = spans[at]!; cell <= spans[at + 1]!; cell++) {
        if (last[cell] !== rule) work(cell, rule)
        last[cell] = rule
      }
    }
  }
}

function gridOf(asked: readonly Ranges[]): Grid {
  const words = asked[0]?.field.words ?? 1
  const spanStarts = new Int32Array(asked.length + 1)
  for (const [i, { from }] of asked.entries()) spanStarts[i + 1] = spanStarts[i]! + (2 * from.length) / words
  const isExact = asked.every(({ from, to }) => from === to || from.every((word, i) => (word | 0) === (to[i]! | 0)))
  return isExact ? gridOfValues(asked, words, spanStarts) : gridOfRanges(asked, words, spanStarts)
}

function gridOfValues(asked: readonly Ranges[], words: number, spanStarts: Int32Array): Grid {
  const table = new KeyTable(words, asked.length)
  const spans = new Int32Array(spanStarts.at(-1)!)
  let end = 0
  for (const { from } of asked) {
    for (let at = 0; at < from.length; at += words) {
      const known = table.find(from, at)
      const cell = known >= 0 ? known : table.insert(from, at)
      spans[end++] = cell
      spans[end++] = cell
    }
  }
  const find =
    words === 1
      ? (registers: Int32Array): number => table.findWord(registers[0]!)
      : (registers: Int32Array): number => table.find(registers, 0)
  return { find, count: table.size, spans, spanStarts }
}

/** Cells begin where ranges begin and where they have just ended. */
function gridOfRanges(asked: readonly Ranges[], words: number, spanStarts: Int32Array): Grid {
  const starts = new SortedKeys(distinct(boundsOf(asked, words, spanStarts.at(-1)!), words), words)
  const spans = new Int32Array(spanStarts.at(-1)!)
  let end = 0
  for (const { from, to } of asked) {
    for (let at = 0; at < from.length; at += words) {
      spans[end++] = starts.lastUpTo(from, at)
      spans[end++] = starts.lastUpTo(to, at)
    }
  }
  const find =
    words === 1
      ? (registers: Int32Array): number => starts.lastUpToWord(registers[0]!)
      : (registers: Int32Array): number => starts.lastUpTo(registers, 0)
  return { find, count: starts.count, spans, spanStarts }
}

function boundsOf(asked: readonly Ranges[], words: number, most: number): Int32Array {
  const bounds = new Int32Array(most * words)
  let end = 0
  for (const { from, to } of asked) {
    for (const word of from) bounds[end++] = word
    for (let at = 0; at < to.length; at += words) {
      const behind = to.slice(at, at + words)
      if (increment(behind, 32 * words)) for (const word of behind) bounds[end++] = word
    }
  }
  return bounds.slice(0, end)
}

function distinct(keys: Int32Array, words: number): Int32Array {
  const sorted = new Int32Array(keys.length)
  let end = 0
  for (const index of sortedOrder(keys, words)) {
    const at = index * words
    if (end > 0 && compareWords(keys, at, sorted, end - words, words) === 0) continue
    for (let i = 0; i < words; i++) sorted[end++] = keys[at + i]!
  }
  return sorted.slice(0, end)
}
