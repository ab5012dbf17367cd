/** What a rule asks of fields before it does anything: of each field, in which ranges it has to lie. */

import {
  type BitwiseValue,
  type CompareStatement,
  compareWords,
  type MetaValue,
  type RangeStatement,
  registersOf,
  type SetDefinition,
  type SetElement,
  type Statement,
  stringWords,
  type Value,
  wordsString,
} from '../../rules/index.ts'
import { isRepeatable } from '../describe.ts'
import type { Machine } from '../machine.ts'

/** The rule matches no packet whose `value` lies in none of the ranges, or that has no such value. */
export interface Demand {
  readonly value: Value
  /** Both ends belong to a range; `registersOf(value)` words each, range behind range. */
  readonly from: readonly number[]
  readonly to: readonly number[]
}

export interface DemandContext {
  readonly machine: Machine
  /** Sets that packets may change. */
  readonly changedSets: ReadonlySet<SetDefinition>
}

/** Sets with more elements are left to their own search. */
const mostElements = 256
const highest = 0xffffffff

/**
 * All that the rule asks before its first statement with an effect: a rule that is passed over because of it has done nothing yet.
 * Answers may be weaker than the rule, never stronger.
 */
export function demandsOf(statements: readonly Statement[], context: DemandContext): Demand[] {
  const demands: Demand[] = []
  for (const statement of statements) {
    demands.push(...demandsOfOne(statement, context))
    if (!hasNoEffect(statement, context)) break
  }
  return demands
}

function demandsOfOne(statement: Statement, context: DemandContext): Demand[] {
  const { machine } = context
  switch (statement.kind) {
    case 'compare':
      return isRepeatable(statement.left) ? ofCompare(statement, machine) : []
    case 'range':
      return isRepeatable(statement.left) ? ofRange(statement) : []
    case 'lookup':
      return statement.isNegated || !isRepeatable(statement.key) ? [] : ofSet(statement.key, statement.set, context)
    case 'verdict-map':
      return isRepeatable(statement.key) ? ofSet(statement.key, statement.map, context) : []
    default:
      return []
  }
}

/** Whether it may be left out when the rule fails later. */
function hasNoEffect(statement: Statement, { changedSets }: DemandContext): boolean {
  switch (statement.kind) {
    case 'compare':
    case 'range':
      return isRepeatable(statement.left)
    case 'lookup':
      return isRepeatable(statement.key) && (statement.isNegated || !mayRun(statement.set, changedSets))
    default:
      return false
  }
}

/** Whether an element that is found may do something. */
const mayRun = (set: SetDefinition, changedSets: ReadonlySet<SetDefinition>): boolean =>
  set.statements.length > 0 || changedSets.has(set) || someElement(set, ({ statements }) => statements.length > 0)

/** Of very many elements one may always be such. */
function someElement(set: SetDefinition, test: (element: SetElement) => boolean): boolean {
  return set.elements.length > mostElements || set.elements.some(test)
}

function ofCompare(statement: CompareStatement, machine: Machine): Demand[] {
  const { operator } = statement
  if (statement.interfaceName !== null) {
    return equality(statement.left, [machine.surroundings.host.interfaceIndex(statement.interfaceName)], operator)
  }
  const words = registersOf(statement.left)
  if (statement.prefixBits !== null && statement.prefixBits < statement.left.width) return []
  if (isInterfaceName(statement.left)) {
    // Names have an order of their own, which is not that of their indices.
    if (operator !== '==' && operator !== '!=') return []
    const index = indexOfName(statement.right, machine)
    return index === null ? [] : equality(byIndex(statement.left), [index], operator)
  }
  if (statement.right.length !== words) return []
  if (statement.left.kind === 'bitwise') {
    const inner = ofPrefix(statement.left, statement.right, operator)
    if (inner) return inner
  }
  return equality(statement.left, statement.right, operator)
}

/** Equality, or an order that one word has. */
function equality(value: Value, right: readonly number[], operator: CompareStatement['operator']): Demand[] {
  if (operator === '==') return [{ value, from: right, to: right }]
  const word = right[0]! >>> 0
  if (right.length !== 1) return []
  switch (operator) {
    case '!=':
      return without(value, word, word)
    case '<':
      return word === 0 ? [never(value)] : [{ value, from: [0], to: [word - 1] }]
    case '<=':
      return [{ value, from: [0], to: [word] }]
    case '>':
      return word === highest ? [never(value)] : [{ value, from: [word + 1], to: [highest] }]
    case '>=':
      return [{ value, from: [word], to: [highest] }]
  }
}

/** All that is below or above. */
function without(value: Value, from: number, to: number): Demand[] {
  const below = from > 0
  const above = to < highest
  return [
    {
      value,
      from: [...(below ? [0] : []), ...(above ? [to + 1] : [])],
      to: [...(below ? [from - 1] : []), ...(above ? [highest] : [])],
    },
  ]
}

const never = (value: Value): Demand => ({ value, from: [], to: [] })

/** `ip saddr 10.0.0.0/8`: a mask of leading bits makes a range of the field itself. */
function ofPrefix(
  value: BitwiseValue,
  right: readonly number[],
  operator: CompareStatement['operator'],
): Demand[] | null {
  if (operator !== '==' || value.shift !== 0 || value.xor.some((word) => word !== 0)) return null
  const words = registersOf(value)
  if (registersOf(value.of) !== words || value.of.width !== value.width || !isPrefixMask(value)) return null
  const rest = (word: number): number => ~value.and[word]! & maskOfWord(value.width, words, word)
  if (right.some((word, i) => (word & rest(i)) !== 0)) return null
  return [{ value: value.of, from: right, to: right.map((word, i) => word | rest(i)) }]
}

/** Bits that a value of `width` has in one of its words. */
const maskOfWord = (width: number, words: number, word: number): number =>
  word === words - 1 && (width & 31) !== 0 ? 2 ** (width & 31) - 1 : -1

function isPrefixMask({ and, width }: BitwiseValue): boolean {
  let isRest = false
  for (const [i, mask] of and.entries()) {
    const whole = maskOfWord(width, and.length, i)
    const open = ~mask & whole
    // The bits that are not asked for are the lowest ones.
    if ((open & (open + 1)) !== 0 || (isRest && (mask & whole) !== 0)) return false
    if (open !== 0) isRest = true
  }
  return true
}

function ofRange({ from, isNegated, left, to }: RangeStatement): Demand[] {
  if (from.length !== registersOf(left)) return []
  if (!isNegated) return [{ value: left, from, to }]
  return from.length === 1 ? without(left, from[0]! >>> 0, to[0]! >>> 0) : []
}

/** Each part of the key lies in what the elements have for it. */
function ofSet(key: Value, set: SetDefinition, { changedSets, machine }: DemandContext): Demand[] {
  const isOpen = (element: SetElement): boolean => element.isCatchAll || element.interfaceNames !== null
  if (changedSets.has(set) || someElement(set, isOpen)) return []
  const parts = key.kind === 'concatenation' ? key.parts : [key]
  let at = 0
  return parts.flatMap((part) => {
    const words = registersOf(part)
    const demand = ofPart(part, set, at, words, machine)
    at += words
    return demand
  })
}

function ofPart(value: Value, set: SetDefinition, at: number, words: number, machine: Machine): Demand[] {
  const from = set.elements.flatMap((element) => element.from.slice(at, at + words))
  const to = set.elements.flatMap((element) => element.to.slice(at, at + words))
  if (!isInterfaceName(value)) return [{ value, from, to }]
  const indices = set.elements.map((element) => {
    const first = element.from.slice(at, at + words)
    const isSingle = compareWords(first, 0, element.to, at, words) === 0
    return isSingle ? indexOfName(first, machine) : null
  })
  const known = indices.filter((index) => index !== null)
  return known.length < indices.length ? [] : [{ value: byIndex(value), from: known, to: known }]
}

type NameValue = MetaValue & { readonly key: 'iifname' | 'oifname' }

const isInterfaceName = (value: Value): value is NameValue =>
  value.kind === 'meta' && (value.key === 'iifname' || value.key === 'oifname')

const byIndex = (value: NameValue): MetaValue => ({
  kind: 'meta',
  key: value.key === 'iifname' ? 'iif' : 'oif',
  width: 32,
})

/** Names and indices of a host's interfaces correspond one to one. Null: not the words of a name. */
function indexOfName(words: readonly number[], machine: Machine): number | null {
  const name = wordsString(words)
  if (!stringWords(name).every((word, i) => word === ((words[i] ?? 0) | 0))) return null
  return name === '' ? 0 : machine.surroundings.host.interfaceIndex(name)
}
