/** `counter [packets N bytes N]`, and `counter name ...` for a named one. */

import type { ObjectKind, StatementNode } from '../ast.ts'
import type { Cursor } from '../parser/cursor.ts'
import type { Parser } from '../parser/parser.ts'
import { parseObjectName } from './object.ts'
import type { LowerStatement } from './statement.ts'

export const keywords: readonly string[] = ['counter']

export const parse = (parser: Parser): StatementNode => {
  const { cursor } = parser
  const start = cursor.start
  cursor.expectWord('counter')
  if (cursor.takeWord('name')) return parseObjectName(parser, 'counter' satisfies ObjectKind, start)
  // Either without the word `name`: `counter "web"`.
  if (cursor.peek().kind === 'string') return parseObjectName(parser, 'counter', start)
  return { kind: 'counter', ...parseCounts(cursor), span: cursor.spanFrom(start) }
}

/** `packets N bytes N`, in either order, or nothing. */
export function parseCounts(cursor: Cursor): { packets: number; bytes: number } {
  const counts = { packets: 0, bytes: 0 }
  for (const first of ['packets', 'bytes'] as const) {
    if (!cursor.takeWord(first)) continue
    const second = first === 'packets' ? 'bytes' : 'packets'
    counts[first] = cursor.expectNumber(`a number of ${first}`)
    cursor.expectOneOf([second], second)
    counts[second] = cursor.expectNumber(`a number of ${second}`)
    break
  }
  return counts
}

export const lower: LowerStatement<'counter'> = ({ packets, bytes }) => [{ kind: 'counter', packets, bytes }]
