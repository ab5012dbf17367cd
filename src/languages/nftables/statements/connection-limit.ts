/** `ct count [over] N`: how many connections the rule, or the set's element, has alive. */

import type { LowerStatement, ParseStatement } from './statement.ts'

export const parse: ParseStatement<'ct count'> = ({ cursor }) => {
  const start = cursor.start
  cursor.expectWord('ct')
  cursor.expectWord('count')
  const isOver = cursor.takeWord('over')
  if (!isOver) cursor.takeWord('until')
  const count = cursor.expectNumber('a number of connections', 0xffffffff)
  return { kind: 'ct count', count, isOver, span: cursor.spanFrom(start) }
}

export const lower: LowerStatement<'ct count'> = ({ count, isOver }) => [{ kind: 'ct count', count, isOver }]
