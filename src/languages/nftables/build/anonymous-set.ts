/** Sets without a name: those written in braces in a rule, and those that a term implies. */

import type { KeyField, Source } from '../../../model/rules/index.ts'
import { plainElement, wordsOf } from '../../../model/rules/index.ts'
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
    sweepInterval: null,
    isSmall: false,
    size: null,
    statements: [],
    elements: [],
    comment: null,
    source,
    keyTypes: types,
    dataTypes: [],
    isAutoMerge: false,
  }
}

/** Named and numbered as the kernel does. */
export function emptyAnonymousSet(
  table: TableState,
  types: readonly DataType[],
  data: SetState['data'],
  source: Source,
): SetState {
  const prefix = data === null ? '__set' : data.kind === 'object' ? '__objmap' : '__map'
  const count = table.anonymousSets.get(prefix) ?? 0
  table.anonymousSets.set(prefix, count + 1)
  return { ...emptySet(table, `${prefix}${count}`, types, source), data, isAnonymous: true, isConstant: true }
}

/** A set of just these keys. */
export const anonymousSet = (
  table: TableState,
  types: readonly DataType[],
  keys: readonly number[][],
  source: Source,
): SetState => ({
  ...emptyAnonymousSet(table, types, null, source),
  elements: keys.map((key) => plainElement(key, source)),
})
