/** Elements of sets and maps: keys field by field, what maps have for them, duplicates and overlaps. */

import {
  type List,
  PackedElements,
  plainElement,
  type SetDefinition,
  type SetElement,
  type Source,
} from '../../../model/rules/index.ts'
import type { ElementNode, Expression } from '../ast.ts'
import type { SetState } from '../build/table-state.ts'
import { PackedNodes } from '../packed-nodes.ts'
import { refuse } from '../refusal.ts'
import { objectNamed } from '../statements/object.ts'
import { lowerVerdict } from '../statements/verdict.ts'
import type { DataType } from '../symbols/datatype.ts'
import { describe, type Interval, intervalOf, numberOf } from './constant.ts'
import { plainSet } from './plain-set.ts'
import type { Scope } from './scope.ts'
import { allOnes, wordsFrom } from './typed.ts'

/** Sets within a set (variables, mostly) are as if their elements stood there. */
export function flatElements(nodes: List<ElementNode>): List<ElementNode> {
  if (nodes instanceof PackedNodes) return nodes
  const isNested = ({ data, key }: ElementNode): boolean => key.kind === 'set' && data === null
  const [only] = nodes
  if (nodes.length === 1 && only?.key.kind === 'set' && isNested(only)) return flatElements(only.key.elements)
  return nodes.flatMap((node) =>
    node.key.kind === 'set' && isNested(node) ? [...flatElements(node.key.elements)] : [node],
  )
}

/** Lowers elements (none of which is a set) and adds them to those that are there. */
export function addNodes(set: SetState, nodes: List<ElementNode>, scope: Scope): void {
  const plain = nodes instanceof PackedNodes ? plainSet(set, nodes) : null
  if (plain) set.elements = plain
  else
    addElements(
      set,
      nodes.map((node) => lowerElement(node, set, scope)),
    )
}

/** Elements that can be changed one by one. */
export function unpacked(set: SetState): SetElement[] {
  const { elements } = set
  if (!(elements instanceof PackedElements)) return elements
  const own = [...elements]
  set.elements = own
  return own
}

/** Whether an element is written as more than one value. */
export function isInterval(expression: Expression): boolean {
  if (expression.kind === 'concatenation') return expression.parts.some(isInterval)
  return (
    expression.kind === 'range' ||
    expression.kind === 'prefix' ||
    (expression.kind === 'word' && /(?<!\\)\*$/.test(expression.text))
  )
}

export const hasIntervals = (nodes: List<ElementNode>): boolean =>
  nodes instanceof PackedNodes ? nodes.plain.hasRanges : nodes.some((node) => isInterval(node.key))

export function lowerElement(node: ElementNode, set: SetState, scope: Scope): SetElement {
  if (node.key.kind === 'catch-all') return { ...element(node, set, scope), isCatchAll: true }
  const fields = fieldsOf(node.key, set)
  const names = fields.map((field) => field.interfaceName)
  return {
    ...element(node, set, scope),
    from: fields.flatMap((field, i) => wordsFrom(field.from, set.keyTypes[i]?.width ?? 32)),
    to: fields.flatMap((field, i) => wordsFrom(field.to, set.keyTypes[i]?.width ?? 32)),
    interfaceNames: names.some((name) => name !== null) ? names : null,
  }

  function fieldsOf(key: Expression, { keyTypes }: SetState): Interval[] {
    const parts = key.kind === 'concatenation' ? key.parts : [key]
    if (parts.length !== keyTypes.length) {
      const type = keyTypes.map((known) => known.name).join(' . ')
      refuse(
        'nft-type-mismatch',
        key.span,
        `expected ${keyTypes.length === 1 ? 'one value' : `${keyTypes.length} values joined by "."`} (${type}), found ${parts.length}`,
      )
    }
    return parts.map((part, i) => checked(part, keyTypes[i] ?? unknownType(part)))
  }

  function checked(part: Expression, type: DataType): Interval {
    if (part.kind === 'catch-all') return { from: 0n, to: allOnes(type.width), prefixBits: null, interfaceName: null }
    const interval = intervalOf(part, type, scope)
    if (interval.from > interval.to)
      refuse('nft-value-range', part.span, 'expected a range that ends behind its beginning')
    return interval
  }
}

const unknownType = (part: Expression): never =>
  refuse('nft-type-mismatch', part.span, 'expected no further part of the key')

/** Elements can only have lifetimes where the set was declared so. */
export function refuseTimeout(set: SetDefinition, span: Source): never {
  const related = set.isAnonymous ? [] : [{ span: set.source, message: 'declared here' }]
  return refuse('nft-operator', span, 'expected no timeout: the set has no flag timeout', {
    related,
    hint: set.isAnonymous ? null : 'add "flags timeout" to its declaration',
  })
}

/** The kernel cannot sweep elements that count connections by their age too. */
export function refuseCountWithTimeout(
  hasTimeout: boolean,
  statements: readonly { readonly kind: string; readonly source: Source }[],
): void {
  const count = hasTimeout ? statements.find(({ kind }) => kind === 'ct count') : undefined
  if (count) refuse('nft-operator', count.source, 'expected no ct count: elements of this set have timeouts')
}

/** All of an element but its key. */
function element(node: ElementNode, set: SetState, scope: Scope): SetElement {
  const { data } = set
  if (node.timeout !== null && !set.hasTimeout) refuseTimeout(set, node.span)
  if (data === null && node.data !== null)
    refuse('nft-type-mismatch', node.data.span, 'expected no ":", since this is a set and not a map')
  if (data !== null && node.data === null)
    refuse('nft-type-mismatch', node.span, 'expected ": ..." behind the key, since this is a map')
  // Written for an element, they are the set's with what they have counted.
  const own = node.statements.flatMap((statement) => scope.statements(statement))
  return {
    ...plainElement([], node.span),
    ...(node.data === null ? {} : dataOf(node.data, set, scope)),
    timeout: node.timeout,
    expires: node.expires,
    comment: node.comment,
    statements: own.length > 0 ? own : set.statements,
  }
}

function dataOf(expression: Expression, set: SetState, scope: Scope): Partial<SetElement> {
  const { data, dataTypes } = set
  if (data?.kind === 'verdict') {
    if (expression.kind !== 'verdict')
      return refuse('nft-type-mismatch', expression.span, `expected a verdict, found ${describe(expression)}`)
    return { verdict: lowerVerdict(expression.verdict, scope) }
  }
  if (data?.kind === 'object') return { object: objectNamed(expression, data.object, scope) }
  if (data?.kind !== 'value') return {}
  const parts = expression.kind === 'concatenation' ? expression.parts : [expression]
  if (parts.length !== dataTypes.length) {
    const types = dataTypes.map(({ name }) => name).join(' . ')
    refuse('nft-type-mismatch', expression.span, `expected ${types}, found ${parts.length} values`)
  }
  const intervals = parts.map((part, i) =>
    dataInterval(part, dataTypes[i] ?? unknownType(part), data.isInterval, scope),
  )
  const words = (end: 'from' | 'to'): number[] =>
    intervals.flatMap((interval, i) => wordsFrom(interval[end], dataTypes[i]?.width ?? 32))
  return { data: data.isInterval ? [...words('from'), ...words('to')] : words('from') }
}

function dataInterval(
  part: Expression,
  type: DataType,
  isInterval: boolean,
  scope: Scope,
): { readonly from: bigint; readonly to: bigint } {
  if (type.notation === 'interface') refuse('nft-unsupported-value', part.span, 'maps to interfaces are not modelled')
  if (isInterval) {
    const interval = intervalOf(part, type, scope)
    if (interval.from > interval.to)
      refuse('nft-value-range', part.span, 'expected a range that ends behind its beginning')
    return interval
  }
  if (part.kind === 'range' || part.kind === 'prefix') {
    refuse('nft-type-mismatch', part.span, `expected one value of ${type.title}, found a ${part.kind}`, {
      hint: 'only addresses to translate to may be intervals, in a map declared with "interval" before their type',
    })
  }
  const number = numberOf(part, type, scope)
  return { from: number, to: number }
}

/** Adds elements to those that are there: once each; overlaps are joined where the set allows it and refused where not. */
export function addElements(set: SetState, added: readonly SetElement[]): void {
  const elements = unpacked(set)
  const known = elementsByKey(set, elements)
  const fresh: SetElement[] = []
  for (const one of added) {
    const before = known.get(keyOf(one))
    if (before && !isSameData(before, one)) {
      refuse('nft-exists', one.source, 'expected each key of a map once', {
        related: [{ span: before.source, message: 'it is mapped here to something else' }],
      })
    }
    if (!before) {
      known.set(keyOf(one), one)
      fresh.push(one)
    }
  }
  const isOrdered = set.isInterval && set.key.length === 1
  const [only] = fresh
  if (isOrdered && !(fresh.length === 1 && only && insertBetween(elements, only))) {
    set.elements = withoutOverlaps(set, [...elements, ...fresh])
  } else if (!isOrdered) for (const one of fresh) elements.push(one)
}

/** Kept from one command to the next, since files may add thousands of elements one by one; made anew when others changed the set. */
const indexes = new WeakMap<
  SetState,
  { readonly elements: readonly SetElement[]; readonly byKey: Map<string, SetElement> }
>()

function elementsByKey(set: SetState, elements: readonly SetElement[]): Map<string, SetElement> {
  const kept = indexes.get(set)
  if (kept?.elements === elements && kept.byKey.size === elements.length) return kept.byKey
  const byKey = new Map(elements.map((one) => [keyOf(one), one]))
  indexes.set(set, { elements, byKey })
  return byKey
}

/** Puts an interval where it belongs among those in order; false when it overlaps with a neighbour, or has no place in the order. */
function insertBetween(elements: SetElement[], one: SetElement): boolean {
  if (!isPlaced(one) || elements.some((other) => !isPlaced(other))) return false
  let low = 0
  let high = elements.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = elements[middle]
    if (other && compareWords(other.from, one.from) <= 0) low = middle + 1
    else high = middle
  }
  const before = elements[low - 1]
  const behind = elements[low]
  if ((before && compareWords(before.to, one.from) >= 0) || (behind && compareWords(one.to, behind.from) >= 0))
    return false
  elements.splice(low, 0, one)
  return true
}

const isPlaced = (one: SetElement): boolean => !one.isCatchAll && one.interfaceNames === null

export const keyOf = (one: SetElement): string =>
  one.isCatchAll ? '*' : `${one.from.join()}-${one.to.join()}-${one.interfaceNames?.join() ?? ''}`

const isSameData = (a: SetElement, b: SetElement): boolean =>
  a.object === b.object && a.data?.join() === b.data?.join() && JSON.stringify(a.verdict) === JSON.stringify(b.verdict)

const compareWords = (a: readonly number[], b: readonly number[]): number => {
  for (const [i, word] of a.entries()) {
    const difference = word - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function withoutOverlaps(set: SetState, elements: readonly SetElement[]): SetElement[] {
  const sorted = elements.filter(isPlaced).sort((a, b) => compareWords(a.from, b.from) || compareWords(b.to, a.to))
  const joined: SetElement[] = []
  for (const one of sorted) {
    const last = joined.at(-1)
    if (!last || compareWords(one.from, last.to) > 0) joined.push(one)
    else if (!set.isAutoMerge) {
      const [first, second] = one.source.offset < last.source.offset ? [one, last] : [last, one]
      refuse('nft-interval-overlap', second.source, 'expected intervals that do not overlap', {
        related: [{ span: first.source, message: 'it overlaps with this one' }],
        hint: set.isAnonymous || set.data !== null ? null : 'auto-merge in the declaration of the set joins them',
      })
    } else if (compareWords(one.to, last.to) > 0) joined[joined.length - 1] = { ...last, to: one.to }
  }
  return [...joined, ...elements.filter((one) => !isPlaced(one))]
}
