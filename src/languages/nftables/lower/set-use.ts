/** The set that a match, map or statement uses: by name, or written in braces; checked against the key and what is asked of it. */

import type { Source } from '../../../model/rules/index.ts'
import { didYouMean, quoted } from '../../diagnostics/index.ts'
import type { Expression, ExpressionOf } from '../ast.ts'
import { emptyAnonymousSet } from '../build/anonymous-set.ts'
import type { SetState } from '../build/table-state.ts'
import { giveUp, refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import type { MapData, Scope } from './scope.ts'
import { addElements, flatElements, isInterval, lowerElement } from './set-elements.ts'
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
    dataType: data.kind === 'value' ? data.type : null,
    isInterval: nodes.some((node) => isInterval(node.key)),
    isAutoMerge: data.kind === 'none',
  }
  addElements(
    set,
    nodes.map((node) => lowerElement(node, set, scope)),
  )
  return set
}

const dataOf = (data: MapData): SetState['data'] => {
  if (data.kind === 'none') return null
  return data.kind === 'value' ? { kind: 'value', type: data.type.name, width: data.type.width } : data
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
  const asked =
    data.kind === 'none'
      ? 'a set'
      : data.kind === 'object'
        ? `a map to ${data.object} objects`
        : data.kind === 'verdict'
          ? 'a verdict map'
          : `a map to ${data.type.name}`
  const has =
    set.data === null
      ? 'a set'
      : set.data.kind === 'object'
        ? `a map to ${set.data.object} objects`
        : set.data.kind === 'verdict'
          ? 'a verdict map'
          : `a map to ${set.data.type}`
  const fits =
    data.kind === 'value' && set.data?.kind === 'value'
      ? set.data.width <= data.type.width &&
        (set.data.type === data.type.name ||
          [set.data.type, data.type.name].includes('integer') ||
          data.type.notation === 'integer')
      : asked === has
  // A map's keys may be looked up as a set.
  if (fits || (data.kind === 'none' && set.data !== null)) return
  refuse('nft-type-mismatch', span, `expected ${asked}, found ${has}`, {
    related: [{ span: set.source, message: `${set.name} is declared here` }],
  })
}
