/** Sets of very many plain elements, without an object for each: the same elements in the same order as `set-elements.ts` would make. */

import { KeyTable, PackedElements, sortedOrder } from '../../../model/rules/index.ts'
import type { SetState } from '../build/table-state.ts'
import type { PackedNodes } from '../packed-nodes.ts'
import type { PlainElements, PlainKind } from '../parser/plain-elements.ts'
import { spanOf } from '../source/source-text.ts'
import type { DataType, Notation } from '../symbols/datatype.ts'

/** What the set becomes; null where elements have to be looked at one by one, be it to tell a mistake. */
export function plainSet(set: SetState, nodes: PackedNodes): PackedElements | null {
  const { plain, source } = nodes
  const isBare = set.data === null && set.statements.length === 0 && set.elements.length === 0
  if (!isBare || (plain.hasRanges && !set.isInterval) || !isOfTypes(plain, set.keyTypes)) return null
  const ordered = set.isInterval && set.key.length === 1 ? inOrder(plain, set.isAutoMerge) : distinct(plain)
  if (!ordered) return null
  const { from, indices, to } = ordered
  return new PackedElements(plain.words, from, to, (element) => {
    const index = indices[element] ?? 0
    return spanOf(source, plain.starts[index] ?? 0, plain.ends[index] ?? 0)
  })
}

/** Elements that stay, by their place in the text. */
interface Ordered {
  readonly indices: Uint32Array
  readonly from: Int32Array
  readonly to: Int32Array
}

function isOfTypes({ from, kinds, to, words }: PlainElements, types: readonly DataType[]): boolean {
  if (kinds.length !== types.length) return false
  let word = 0
  return kinds.every((kind, i) => {
    const type = types[i]
    const at = word
    word += kind === 'ipv6' ? 4 : 1
    if (type === undefined || !isOfType(kind, type)) return false
    return kind !== 'number' || (isBelow(from, at, words, type.width) && isBelow(to, at, words, type.width))
  })
}

/** Notations in which a number stands for itself. */
const plainNotations: ReadonlySet<Notation> = new Set(['integer', 'bitmask'])

const isOfType = (kind: PlainKind, { name, notation, width }: DataType): boolean =>
  kind === 'number' ? plainNotations.has(notation) && width <= 32 && name !== 'day' : kind === notation

function isBelow(ends: Int32Array, at: number, words: number, width: number): boolean {
  const most = 2 ** width - 1
  for (let i = at; i < ends.length; i += words) if ((ends[i] ?? 0) >>> 0 > most) return false
  return true
}

/** Without those that are written again. */
function distinct({ from, starts, to, words }: PlainElements): Ordered {
  const isSingle = from === to
  const keys = isSingle ? from : sideBySide(from, to, words, (word) => word)
  const width = isSingle ? words : 2 * words
  const table = new KeyTable(width, starts.length)
  const indices = new Uint32Array(starts.length)
  let count = 0
  for (let i = 0; i < starts.length; i++) {
    if (table.find(keys, i * width) >= 0) continue
    table.insert(keys, i * width)
    indices[count++] = i
  }
  if (count === starts.length) return { indices, from, to }
  const kept = indices.slice(0, count)
  const singles = pick(from, kept, words)
  return { indices: kept, from: singles, to: isSingle ? singles : pick(to, kept, words) }
}

/** Ascending; overlaps are joined where that is wanted, and null where not. */
function inOrder({ from, to, words }: PlainElements, isAutoMerge: boolean): Ordered | null {
  // Of those that begin alike the widest comes first.
  const indices = sortedOrder(
    sideBySide(from, to, words, (word) => ~word),
    2 * words,
  )
  const joinedFrom = pick(from, indices, words)
  const joinedTo = from === to ? joinedFrom : pick(to, indices, words)
  let count = 0
  for (let i = 0; i < indices.length; i++) {
    const at = i * words
    const last = (count - 1) * words
    if (count === 0 || compare(joinedFrom, at, joinedTo, last, words) > 0) {
      joinedFrom.copyWithin(count * words, at, at + words)
      if (joinedTo !== joinedFrom) joinedTo.copyWithin(count * words, at, at + words)
      indices[count++] = indices[i] ?? 0
      continue
    }
    const order = compare(joinedTo, at, joinedTo, last, words)
    const isSame = order === 0 && compare(joinedFrom, at, joinedFrom, last, words) === 0
    if (!isSame && !isAutoMerge) return null
    if (order > 0) joinedTo.copyWithin(last, at, at + words)
  }
  const ends = joinedFrom.subarray(0, count * words)
  return {
    indices: indices.subarray(0, count),
    from: ends,
    to: joinedTo === joinedFrom ? ends : joinedTo.subarray(0, count * words),
  }
}

function sideBySide(from: Int32Array, to: Int32Array, words: number, ofTo: (word: number) => number): Int32Array {
  const both = new Int32Array(2 * from.length)
  for (let at = 0; at < from.length; at += words) {
    for (let word = 0; word < words; word++) {
      both[2 * at + word] = from[at + word] ?? 0
      both[2 * at + words + word] = ofTo(to[at + word] ?? 0)
    }
  }
  return both
}

function pick(source: Int32Array, indices: Uint32Array, words: number): Int32Array {
  const picked = new Int32Array(indices.length * words)
  for (let i = 0; i < indices.length; i++) {
    const at = (indices[i] ?? 0) * words
    for (let word = 0; word < words; word++) picked[i * words + word] = source[at + word] ?? 0
  }
  return picked
}

/** Unsigned order of keys. */
function compare(a: Int32Array, at: number, b: Int32Array, bAt: number, words: number): number {
  for (let word = 0; word < words; word++) {
    const left = (a[at + word] ?? 0) >>> 0
    const right = (b[bAt + word] ?? 0) >>> 0
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}
