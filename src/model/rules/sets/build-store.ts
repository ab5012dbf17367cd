/** Turns a set's definition into the store that suits its elements. */

import type { Machine } from '../machine.ts'
import { Result } from '../result.ts'
import { mapValueWidth, type SetDefinition, type SetElement } from '../set.ts'
import { wordsOf } from '../value.ts'
import { compareWords } from '../words.ts'
import { ExactStore } from './exact-store.ts'
import { IntervalStore } from './interval-store.ts'
import { RangeStore } from './range-store.ts'
import type { Ranges } from './range-tree.ts'
import { type ElementContents, SetElements } from './set-elements.ts'
import { defaultDynamicSize, keyWordsOf, type SetStore } from './set-store.ts'

/** Exact keys go to a hash, single intervals to binary search, all else to a tree of ranges. Only a hash can change. */
export function buildStore(definition: SetDefinition, machine: Machine): SetStore {
  const dataWords = definition.data?.kind === 'value' ? wordsOf(mapValueWidth(definition.data)) : 0
  const elements = new SetElements(dataWords, () => machine.surroundings.now())
  const isExact = definition.elements.every((element) => element.isCatchAll || isSingle(element))
  if (isExact || definition.isDynamic) return exactStore(definition, elements, machine)
  return rangedStore(definition, elements, machine)
}

const isSingle = (element: SetElement): boolean =>
  element.from.every((word, i) => (word | 0) === ((element.to[i] ?? 0) | 0))

function exactStore(definition: SetDefinition, elements: SetElements, machine: Machine): ExactStore {
  const words = keyWordsOf(definition)
  const limit = definition.size ?? defaultDynamicSize
  const store = new ExactStore(definition, words, elements, definition.elements.length, limit)
  const key = new Int32Array(words)
  for (const element of definition.elements) {
    if (!element.isCatchAll) key.set(keyOf(element, element.from, definition, machine))
    const number = element.isCatchAll ? store.setCatchAll() : store.insert(key)
    elements.write(number, contentsOf(element, definition, machine))
  }
  return store
}

function rangedStore(definition: SetDefinition, elements: SetElements, machine: Machine): SetStore {
  const words = keyWordsOf(definition)
  const plain = definition.elements.filter((element) => !element.isCatchAll)
  const from = new Int32Array(plain.length * words)
  const to = new Int32Array(plain.length * words)
  for (const [i, element] of plain.entries()) {
    from.set(keyOf(element, element.from, definition, machine), i * words)
    to.set(keyOf(element, element.to, definition, machine), i * words)
  }
  const order = Uint32Array.from(plain.keys()).sort((a, b) => compareWords(from, a * words, from, b * words, words))
  const sortedFrom = pick(from, order, words)
  const sortedTo = pick(to, order, words)
  for (const [number, index] of order.entries()) elements.write(number, contentsOf(plain[index]!, definition, machine))
  const catchAll = definition.elements.find((element) => element.isCatchAll)
  if (catchAll) elements.write(plain.length, contentsOf(catchAll, definition, machine))
  const catchAllNumber = catchAll ? plain.length : -1
  if (definition.key.length === 1 && isDisjoint(sortedFrom, sortedTo, words)) {
    return new IntervalStore(definition, words, elements, sortedFrom, sortedTo, catchAllNumber)
  }
  const ranges: Ranges = { fields: definition.key, words, from: sortedFrom, to: sortedTo }
  return new RangeStore(definition, elements, ranges, catchAllNumber)
}

function pick(source: Int32Array, order: Uint32Array, words: number): Int32Array {
  const sorted = new Int32Array(source.length)
  for (const [i, index] of order.entries()) sorted.set(source.subarray(index * words, (index + 1) * words), i * words)
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
