/** A rule: statements until the end of the line, a `;` or the closing brace. */

import type { RuleNode, StatementNode } from '../ast.ts'
import { parseStatement } from '../statements/index.ts'
import type { Parser } from './parser.ts'

export function parseRule(parser: Parser): RuleNode {
  const { cursor } = parser
  const start = cursor.start
  const statements: StatementNode[] = []
  let comment: string | null = null
  while (!cursor.isAtEnd()) {
    if (cursor.takeWord('comment')) {
      comment = parser.text('a comment in quotes')
      if (!cursor.isAtEnd()) cursor.fail('the end of the rule behind its comment')
    } else statements.push(parseStatement(parser))
  }
  if (statements.length === 0) cursor.fail('a match or a statement')
  return { statements, comment, text: cursor.textFrom(start), span: cursor.spanFrom(start) }
}
