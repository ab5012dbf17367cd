/** `last [used never|TIME]`: remembers when a packet came by. */

import { expectTime } from '../parser/quantity.ts'
import type { LowerStatement, ParseStatement } from './statement.ts'

export const keywords: readonly string[] = ['last']

export const parse: ParseStatement<'last'> = ({ cursor }) => {
  const start = cursor.start
  cursor.expectWord('last')
  // When it was last used is a listing's, not the ruleset's.
  if (cursor.takeWord('used') && !cursor.takeWord('never')) expectTime(cursor)
  return { kind: 'last', span: cursor.spanFrom(start) }
}

export const lower: LowerStatement<'last'> = () => [{ kind: 'last' }]
