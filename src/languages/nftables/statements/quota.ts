/** `quota [over|until] N UNIT [used N UNIT]`, and `quota name ...`. */

import type { StatementNode } from '../ast.ts'
import type { Cursor } from '../parser/cursor.ts'
import type { Parser } from '../parser/parser.ts'
import { expectBytes } from '../parser/quantity.ts'
import { parseObjectName } from './object.ts'
import type { LowerStatement } from './statement.ts'

export const keywords: readonly string[] = ['quota']

export const parse = (parser: Parser): StatementNode => {
  const { cursor } = parser
  const start = cursor.start
  cursor.expectWord('quota')
  if (cursor.takeWord('name') || cursor.peek().kind === 'string') return parseObjectName(parser, 'quota', start)
  return { kind: 'quota', ...parseQuota(cursor), span: cursor.spanFrom(start) }
}

export function parseQuota(cursor: Cursor): { bytes: number; used: number; isOver: boolean } {
  const isOver = cursor.takeWord('over')
  if (!isOver) cursor.takeWord('until')
  const bytes = expectBytes(cursor, 'a number of bytes')
  const used = cursor.takeWord('used') ? expectBytes(cursor, 'a number of bytes') : 0
  return { bytes, used, isOver }
}

export const lower: LowerStatement<'quota'> = ({ bytes, used, isOver }) => [{ kind: 'quota', bytes, used, isOver }]
