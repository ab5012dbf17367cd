/** The set that a match, map or statement uses: by name, or written in braces; checked against the key and what is asked of it. */

import type { Source } from '../../../model/rules/index.ts'
import { didYouMean, quoted } from '../../diagnostics/index.ts'
import type { Expression, ExpressionOf } from '../ast.ts'
import { emptyAnonymousSet, keyFieldsOf } from '../build/anonymous-set.ts'
import type { SetState } from '../build/table-state.ts'
import { giveUp, refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import type { MapData, Scope } from './scope.ts'
import { addNodes, flatElements, hasIntervals } from './set-elements.ts'
import type { Typed } from './typed.ts'

export function lowerSetUse(expression: Expression, key: Typed, data: MapData, scope: Scope): SetState {
  if (expression.kind === 'set') return writtenSet(expression, key, data, scope)
  if (expression.kind === 'set-reference') return namedSet(expression, key, data, scope)
  return refuse('nft-syntax', expression.span, 'expected "@" and the name of a set, or elements in braces')
}

function writtenSet(expression: ExpressionOf<'set'>, key: Typed, data: MapData, scope: Scope): SetState {
  const types = key.parts.map((part) => part.type)
  const nodes = flatElements(expression.elements)
  if (nodes.length === 0) refuse('nft-syntax', expression.span, 'expected at least one element')
  const set: SetState = {
    ...emptyAnonymousSet(scope.table, types, dataOf(data), expression.span),
    dataTypes: data.kind === 'value' ? data.types : [],
    isInterval: hasIntervals(nodes),
    isAutoMerge: data.kind === 'none',
  }
  addNodes(set, nodes, scope)
  return set
}

const dataOf = (data: MapData): SetState['data'] => {
  if (data.kind === 'none') return null
  return data.kind === 'value' ? { kind: 'value', fields: keyFieldsOf(data.types), isInterval: data.isInterval } : data
}

function namedSet(expression: ExpressionOf<'set-reference'>, key: Typed, data: MapData, scope: Scope): SetState {
  const set = scope.table.sets.get(expression.name)
  if (!set && scope.table.refused.has(expression.name)) giveUp()
  if (!set) {
    return refuse(
      'nft-missing-set',
      expression.span,
      `there is no set ${quoted(expression.name)} in table ${scope.table.name}`,
      {
        hint: didYouMean(expression.name, scope.table.sets.keys()),
      },
    )
  }
  checkKey(set, key, expression.span)
  checkData(set, data, expression.span)
  return set
}

function checkKey(set: SetState, key: Typed, span: Source): void {
  const types = key.parts.map((part) => part.type)
  const isSame = types.length === set.keyTypes.length && types.every((type, i) => isCompatible(type, set.keyTypes[i]))
  if (isSame) return
  const names = (list: readonly DataType[]): string => list.map((type) => type.name).join(' . ')
  refuse('nft-type-mismatch', span, `expected a set of ${names(types)}, found one of ${names(set.keyTypes)}`, {
    related: [{ span: set.source, message: `${set.name} is declared here` }],
  })
}

const isCompatible = (type: DataType, known: DataType | undefined): boolean =>
  known !== undefined &&
  type.width === known.width &&
  (type.name === known.name || type.name === 'integer' || known.name === 'integer')

function checkData(set: SetState, data: MapData, span: Source): void {
  // A map's keys may be looked up as a set.
  if (fits(set, data) || (data.kind === 'none' && set.data !== null)) return
  const has: MapData =
    set.data === null
      ? { kind: 'none' }
      : set.data.kind === 'value'
        ? { kind: 'value', types: set.dataTypes, isInterval: set.data.isInterval }
        : set.data
  refuse('nft-type-mismatch', span, `expected ${dataTitle(data)}, found ${dataTitle(has)}`, {
    related: [{ span: set.source, message: `${set.name} is declared here` }],
  })
}

function fits(set: SetState, data: MapData): boolean {
  if (data.kind !== 'value') return data.kind === (set.data?.kind ?? 'none') && isSameObject(set, data)
  if (set.data?.kind !== 'value' || set.data.isInterval !== data.isInterval) return false
  const known = set.dataTypes
  return known.length === data.types.length && data.types.every((type, i) => isWritable(known[i], type))
}

const isSameObject = ({ data: known }: SetState, data: MapData): boolean =>
  data.kind !== 'object' || (known?.kind === 'object' && known.object === data.object)

/** Numbers may be written into wider numbers. */
const isWritable = (from: DataType | undefined, into: DataType): boolean =>
  from !== undefined &&
  from.width <= into.width &&
  (from.name === into.name || [from.name, into.name].includes('integer') || into.notation === 'integer')

function dataTitle(data: MapData): string {
  switch (data.kind) {
    case 'none':
      return 'a set'
    case 'verdict':
      return 'a verdict map'
    case 'object':
      return `a map to ${data.object} objects`
    case 'value':
      return `a map to ${data.isInterval ? 'intervals of ' : ''}${data.types.map(({ name }) => name).join(' . ')}`
  }
}
