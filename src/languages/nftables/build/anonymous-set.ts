/** Sets without a name: those written in braces in a rule, and those that a term implies. */

import type { KeyField, SetElement, Source } from '../../../model/rules/index.ts'
import { wordsOf } from '../../../model/rules/index.ts'
import type { DataType } from '../symbols/datatype.ts'
import { nextHandle, type SetState, type TableState } from './table-state.ts'

export const keyFieldsOf = (types: readonly DataType[]): KeyField[] =>
  types.map((type) => ({ type: type.name, width: type.width, words: wordsOf(type.width) }))

/** A set with no elements and no properties yet. */
export function emptySet(table: TableState, name: string, types: readonly DataType[], source: Source): SetState {
  return {
    name,
    handle: nextHandle(table),
    isAnonymous: false,
    key: keyFieldsOf(types),
    data: null,
    isInterval: false,
    isConstant: false,
    isDynamic: false,
    hasTimeout: false,
    timeout: null,
    size: null,
    statements: [],
    elements: [],
    comment: null,
    source,
    keyTypes: types,
    dataType: null,
    isAutoMerge: false,
  }
}

export function emptyAnonymousSet(table: TableState, types: readonly DataType[], source: Source): SetState {
  const name = `__set${table.anonymousSets++}`
  return { ...emptySet(table, name, types, source), isAnonymous: true, isConstant: true }
}

export const plainElement = (from: readonly number[], source: Source, to: readonly number[] = from): SetElement => ({
  from,
  to,
  isCatchAll: false,
  verdict: null,
  data: null,
  object: null,
  timeout: null,
  expires: null,
  comment: null,
  statements: [],
  interfaceNames: null,
  source,
})

/** A set of just these keys. */
export const anonymousSet = (
  table: TableState,
  types: readonly DataType[],
  keys: readonly number[][],
  source: Source,
): SetState => ({
  ...emptyAnonymousSet(table, types, source),
  elements: keys.map((key) => plainElement(key, source)),
})
