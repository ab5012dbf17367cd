/**
 * Finds the element whose fields all hold a key, where ranges overlap little, as those of a million elements do: the first field is cut
 * into cells, between the ends of ranges, and each cell lists what remains of its elements. Ranges over very many cells go to a tree.
 */

import { compareWords, increment, sortedOrder } from '../../rules/index.ts'
import { type RangeSearch, type Ranges, treeOf } from './range-tree.ts'
import { SortedKeys } from './sorted-keys.ts'

/** Cells with more elements ask the next field by cells of their own. */
const fewElements = 16
/** Places in cells for each element. */
const placesOfElement = 4

/** `members` ascend. */
export function searchOf(ranges: Ranges, members: Uint32Array, field = 0, offset = 0): RangeSearch {
  const shape = ranges.fields[field]
  // Elements that no field is left to tell apart all hold the key: the first one is found at once.
  if (!shape || members.length <= fewElements) return treeOf(ranges, [...members], ranges.fields.length, offset)
  const grid = gridOf(ranges, members, offset, shape)
  const isKept = narrowest(grid)
  const cells = new RangeCells(ranges, members, grid, isKept, field, offset)
  const wide = members.filter((_, i) => !isKept[i])
  return wide.length === 0 ? cells : new Both(cells, treeOf(ranges, [...wide], field, offset))
}

/** Where cells start, and by member the first cell and the one behind the last. */
interface Grid {
  readonly starts: Int32Array
  readonly first: Uint32Array
  readonly behind: Uint32Array
}

function gridOf(ranges: Ranges, members: Uint32Array, offset: number, { words }: { readonly words: number }): Grid {
  const bounds = new Int32Array(2 * members.length * words)
  const isOpen = new Uint8Array(members.length)
  const behind: number[] = new Array(words)
  for (let i = 0; i < members.length; i++) {
    const base = members[i]! * ranges.words + offset
    for (let word = 0; word < words; word++) {
      bounds[2 * i * words + word] = ranges.from[base + word]!
      behind[word] = ranges.to[base + word]!
    }
    // Nothing is behind the highest value: its own place stands for it, and begins no cell that matters.
    if (!increment(behind, 32 * words)) isOpen[i] = 1
    for (let word = 0; word < words; word++)
      bounds[(2 * i + 1) * words + word] = isOpen[i] ? ranges.to[base + word]! : behind[word]!
  }
  const order = sortedOrder(bounds, words)
  const cellOf = new Uint32Array(order.length)
  const starts = new Int32Array(bounds.length)
  let count = 0
  for (const bound of order) {
    const at = bound * words
    if (count === 0 || compareWords(bounds, at, starts, (count - 1) * words, words) !== 0) {
      for (let word = 0; word < words; word++) starts[count * words + word] = bounds[at + word]!
      count++
    }
    cellOf[bound] = count - 1
  }
  return {
    starts: starts.subarray(0, count * words),
    first: members.map((_, i) => cellOf[2 * i]!),
    behind: members.map((_, i) => (isOpen[i] ? count : cellOf[2 * i + 1]!)),
  }
}

/** Which members lie in so few cells that there is room for all of them. */
function narrowest({ behind, first }: Grid): Uint8Array {
  const sizes = Int32Array.from(first, (cell, i) => behind[i]! - cell)
  const room = placesOfElement * first.length
  const isKept = new Uint8Array(first.length)
  let all = 0
  for (const size of sizes) all += size
  if (all <= room) return isKept.fill(1)
  let left = room
  for (const i of sortedOrder(sizes, 1)) {
    left -= sizes[i]!
    if (left < 0) break
    isKept[i] = 1
  }
  return isKept
}

class RangeCells implements RangeSearch {
  private readonly words: number
  private readonly offset: number
  private readonly ranges: Ranges
  /** Behind each cell's start: where its places begin. One entry more at the end. */
  private readonly starts: SortedKeys
  private readonly total: number
  /** Places: element number, then both ends of all fields behind this one. */
  private readonly places: Int32Array
  private readonly placeWords: number
  /** Searches of cells with many elements. */
  private readonly inner: ReadonlyMap<number, RangeSearch>

  constructor(ranges: Ranges, members: Uint32Array, grid: Grid, isKept: Uint8Array, field: number, offset: number) {
    const words = ranges.fields[field]?.words ?? 1
    this.words = words
    this.offset = offset
    this.ranges = ranges
    const rest = ranges.words - offset - words
    this.placeWords = 1 + 2 * rest
    const offsets = offsetsOf(grid, isKept, words)
    this.total = offsets.at(-1)!
    this.starts = new SortedKeys(withOffsets(grid.starts, offsets, words), words, words + 1)
    this.places = new Int32Array(this.total * this.placeWords)
    this.fill(members, grid, isKept, offsets, rest)
    this.inner = this.innerSearches(field, offsets)
  }

  find(registers: Int32Array, at: number, isAlive: (element: number) => boolean): number {
    if (this.words === 1 && this.placeWords === 3) return this.findPair(registers, at, isAlive)
    const cell = this.starts.lastUpTo(registers, at + this.offset)
    if (cell < 0) return -1
    const { entries } = this.starts
    const stride = this.words + 1
    const from = entries[cell * stride + this.words]!
    const to = cell + 1 < this.starts.count ? entries[(cell + 1) * stride + this.words]! : this.total
    if (to - from > fewElements) {
      const inner = this.inner.get(cell)
      if (inner) return inner.find(registers, at, isAlive)
    }
    const { placeWords, places } = this
    const rest = at + this.offset + this.words
    for (let place = from * placeWords; place < to * placeWords; place += placeWords)
      if (this.holds(place + 1, registers, rest) && isAlive(places[place]!)) return places[place]!
    return -1
  }

  /**
   * {@link find} where one word is left behind the one of this field, as a port behind an address: half the instructions. What a lookup
   * waits for is memory, and the fewer instructions it has the sooner the processor begins to wait for the next one's as well.
   */
  private findPair(registers: Int32Array, at: number, isAlive: (element: number) => boolean): number {
    const { places, starts } = this
    const key = at + this.offset
    const cell = starts.lastUpToWord(registers[key]!)
    if (cell < 0) return -1
    const { entries } = starts
    const from = 3 * entries[2 * cell + 1]!
    const to = cell + 1 < starts.count ? 3 * entries[2 * cell + 3]! : places.length
    if (to - from > 3 * fewElements) return this.inner.get(cell)!.find(registers, at, isAlive)
    const rest = registers[key + 1]! >>> 0
    for (let place = from; place < to; place += 3) {
      const isInside = places[place + 1]! >>> 0 <= rest && rest <= places[place + 2]! >>> 0
      if (isInside && isAlive(places[place]!)) return places[place]!
    }
    return -1
  }

  /** Whether the fields behind this one hold their parts of the key; each field by itself. */
  private holds(place: number, registers: Int32Array, at: number): boolean {
    const { places, placeWords } = this
    const rest = (placeWords - 1) >>> 1
    let done = 0
    let offset = 0
    for (const { words } of this.ranges.fields) {
      if (offset > this.offset) {
        if (compareWords(registers, at + done, places, place + done, words) < 0) return false
        if (compareWords(registers, at + done, places, place + rest + done, words) > 0) return false
        done += words
      }
      offset += words
    }
    return true
  }

  /** In the order of the members, so that the places of each cell ascend. */
  private fill(members: Uint32Array, grid: Grid, isKept: Uint8Array, offsets: Uint32Array, rest: number): void {
    const { placeWords, places, ranges } = this
    const next = offsets.slice()
    const skipped = this.offset + this.words
    for (let i = 0; i < members.length; i++) {
      if (!isKept[i]) continue
      const base = members[i]! * ranges.words + skipped
      for (let cell = grid.first[i]!; cell < grid.behind[i]!; cell++) {
        const place = next[cell]!++ * placeWords
        places[place] = members[i]!
        for (let word = 0; word < rest; word++) {
          places[place + 1 + word] = ranges.from[base + word]!
          places[place + 1 + rest + word] = ranges.to[base + word]!
        }
      }
    }
  }

  private innerSearches(field: number, offsets: Uint32Array): Map<number, RangeSearch> {
    const inner = new Map<number, RangeSearch>()
    if (field + 1 >= this.ranges.fields.length) return inner
    for (let cell = 0; cell + 1 < offsets.length; cell++) {
      const from = offsets[cell]!
      const to = offsets[cell + 1]!
      if (to - from <= fewElements) continue
      const members = new Uint32Array(to - from)
      for (let i = 0; i < members.length; i++) members[i] = this.places[(from + i) * this.placeWords]!
      inner.set(cell, searchOf(this.ranges, members, field + 1, this.offset + this.words))
    }
    return inner
  }
}

/** By cell where its places begin; one entry more at the end. */
function offsetsOf({ behind, first, starts }: Grid, isKept: Uint8Array, words: number): Uint32Array {
  const offsets = new Uint32Array(starts.length / words + 1)
  for (let i = 0; i < first.length; i++) {
    if (!isKept[i]) continue
    for (let cell = first[i]!; cell < behind[i]!; cell++) offsets[cell + 1]!++
  }
  for (let cell = 1; cell < offsets.length; cell++) offsets[cell]! += offsets[cell - 1]!
  return offsets
}

function withOffsets(starts: Int32Array, offsets: Uint32Array, words: number): Int32Array {
  const count = starts.length / words
  const entries = new Int32Array(count * (words + 1))
  for (let cell = 0; cell < count; cell++) {
    for (let word = 0; word < words; word++) entries[cell * (words + 1) + word] = starts[cell * words + word]!
    entries[cell * (words + 1) + words] = offsets[cell]!
  }
  return entries
}

/** The lower of what two searches find. */
class Both implements RangeSearch {
  private readonly one: RangeSearch
  private readonly other: RangeSearch

  constructor(one: RangeSearch, other: RangeSearch) {
    this.one = one
    this.other = other
  }

  find(registers: Int32Array, at: number, isAlive: (element: number) => boolean): number {
    const first = this.one.find(registers, at, isAlive)
    const second = this.other.find(registers, at, isAlive)
    return first < 0 || (second >= 0 && second < first) ? second : first
  }
}
