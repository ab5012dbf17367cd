/** Turns a set's definition into the store that suits its elements. */

import {
  compareWords,
  type List,
  mapValueWidth,
  PackedElements,
  type SetDefinition,
  type SetElement,
  sortedOrder,
  wordsOf,
} from '../../rules/index.ts'
import type { Machine } from '../machine.ts'
import { Result } from '../result.ts'
import { ExactStore } from './exact-store.ts'
import { IntervalStore } from './interval-store.ts'
import { RangeStore } from './range-store.ts'
import { type ElementContents, SetElements } from './set-elements.ts'
import { defaultDynamicSize, keyWordsOf, type SetStore } from './set-store.ts'

/** Exact keys go to a hash, single intervals to a search for their start, all else to cells of ranges. Only a hash can change. */
export function buildStore(definition: SetDefinition, machine: Machine): SetStore {
  const dataWords = definition.data?.kind === 'value' ? wordsOf(mapValueWidth(definition.data)) : 0
  const elements = new SetElements(dataWords, () => machine.surroundings.now())
  const keys = keysOf(definition, machine)
  if (definition.isDynamic || isExact(keys)) return exactStore(definition, keys, elements, machine)
  return rangedStore(definition, keys, elements, machine)
}

/** Keys of all elements but the catch-all, `words` words an element. */
interface Keys {
  readonly words: number
  readonly from: Int32Array
  readonly to: Int32Array
  /** The elements, in the same order. */
  readonly plain: List<SetElement>
  readonly catchAll: SetElement | undefined
}

function keysOf(definition: SetDefinition, machine: Machine): Keys {
  const words = keyWordsOf(definition)
  const { elements } = definition
  if (elements instanceof PackedElements)
    return { words, from: elements.from, to: elements.to, plain: elements, catchAll: undefined }
  const plain = elements.filter((element) => !element.isCatchAll)
  const from = new Int32Array(plain.length * words)
  const to = new Int32Array(plain.length * words)
  for (const [i, element] of plain.entries()) {
    from.set(keyOf(element, element.from, definition, machine), i * words)
    to.set(keyOf(element, element.to, definition, machine), i * words)
  }
  return { words, from, to, plain, catchAll: elements.find((element) => element.isCatchAll) }
}

function isExact({ from, to }: Keys): boolean {
  if (from === to) return true
  for (let i = 0; i < from.length; i++) if (from[i] !== to[i]) return false
  return true
}

/** Fills in what elements carry, by their numbers; nothing where they carry nothing. */
function writeContents(
  { plain }: Keys,
  numberOf: (index: number) => number,
  definition: SetDefinition,
  elements: SetElements,
  machine: Machine,
): void {
  const isBare = plain instanceof PackedElements && !definition.timeout && definition.statements.length === 0
  if (isBare) return
  let index = 0
  for (const element of plain) elements.write(numberOf(index++), contentsOf(element, definition, machine))
}

function exactStore(definition: SetDefinition, keys: Keys, elements: SetElements, machine: Machine): ExactStore {
  const { catchAll, from, plain, words } = keys
  const limit = definition.size ?? defaultDynamicSize
  const store = new ExactStore(definition, words, elements, definition.elements.length, limit)
  const numbers = new Uint32Array(plain.length)
  for (let i = 0; i < plain.length; i++) numbers[i] = store.insert(from, i * words)
  writeContents(keys, (i) => numbers[i]!, definition, elements, machine)
  if (catchAll) elements.write(store.setCatchAll(), contentsOf(catchAll, definition, machine))
  return store
}

function rangedStore(definition: SetDefinition, keys: Keys, elements: SetElements, machine: Machine): SetStore {
  const { catchAll, from, plain, to, words } = keys
  const order = sortedOrder(from, words)
  const sortedFrom = pick(from, order, words)
  const sortedTo = pick(to, order, words)
  if (catchAll) elements.write(plain.length, contentsOf(catchAll, definition, machine))
  const catchAllNumber = catchAll ? plain.length : -1
  if (definition.key.length === 1 && isDisjoint(sortedFrom, sortedTo, words)) {
    const numbers = new Uint32Array(order.length)
    for (const [number, index] of order.entries()) numbers[index] = number
    writeContents(keys, (i) => numbers[i]!, definition, elements, machine)
    return new IntervalStore(definition, words, elements, sortedFrom, sortedTo, catchAllNumber)
  }
  writeContents(keys, (i) => i, definition, elements, machine)
  return new RangeStore(definition, elements, { fields: definition.key, words, from, to }, order, catchAllNumber)
}

function pick(source: Int32Array, order: Uint32Array, words: number): Int32Array {
  const sorted = new Int32Array(source.length)
  for (let i = 0; i < order.length; i++) {
    const at = order[i]! * words
    for (let word = 0; word < words; word++) sorted[i * words + word] = source[at + word]!
  }
  return sorted
}

function isDisjoint(from: Int32Array, to: Int32Array, words: number): boolean {
  for (let at = words; at < from.length; at += words)
    if (compareWords(to, at - words, from, at, words) >= 0) return false
  return true
}

/** The element's key words, interfaces that were written by name replaced by their indices. */
function keyOf(
  element: SetElement,
  words: readonly number[],
  definition: SetDefinition,
  machine: Machine,
): readonly number[] {
  const names = element.interfaceNames
  if (names?.every((name) => name === null) !== false) return words
  const key = [...words]
  let at = 0
  for (const [field, { words: fieldWords }] of definition.key.entries()) {
    const name = names?.[field] ?? null
    if (name !== null) key[at] = machine.surroundings.host.interfaceIndex(name)
    at += fieldWords
  }
  return key
}

function contentsOf(element: SetElement, definition: SetDefinition, machine: Machine): ElementContents {
  const lifetime = element.expires ?? element.timeout ?? definition.timeout
  const statements = element.statements.length > 0 ? element.statements : definition.statements
  return {
    data: element.data,
    result: element.verdict ? machine.verdictResult(element.verdict) : Result.next,
    object: element.object,
    expires: lifetime === null || lifetime === 0 ? Number.POSITIVE_INFINITY : machine.surroundings.now() + lifetime,
    statements: statements.map((statement) => machine.instantiate(statement)),
  }
}
