/** One element of a set: key, what may stand behind it, and what a map has for it. */

import type { ElementNode, Expression, StatementNode } from '../ast.ts'
import { parseVerdict } from '../statements/verdict.ts'
import type { Parser } from './parser.ts'
import { expectTime } from './quantity.ts'

const verdicts = ['accept', 'drop', 'continue', 'return', 'jump', 'goto', 'queue']

/** `isComputed`: the key reads the packet (`update @s { ip saddr ... }`). */
export function parseElement(parser: Parser, isComputed: boolean): ElementNode {
  const { cursor } = parser
  const start = cursor.start
  const key = isComputed ? parser.expression() : parser.constant()
  const before = parseProperties(parser)
  cursor.skipNewlines()
  const data = cursor.takeSign(':') ? parseData(parser, isComputed) : null
  return {
    key,
    data,
    timeout: before.timeout,
    expires: before.expires,
    comment: before.comment,
    statements: before.statements,
    span: cursor.spanFrom(start),
  }
}

function parseData(parser: Parser, isComputed: boolean): Expression {
  const { cursor } = parser
  cursor.skipNewlines()
  if (!cursor.isOneOf(verdicts)) return isComputed ? parser.expression() : parser.constant()
  const verdict = parseVerdict(parser)
  return { kind: 'verdict', verdict, span: verdict.span }
}

interface Properties {
  timeout: number | null
  expires: number | null
  comment: string | null
  statements: StatementNode[]
}

function parseProperties(parser: Parser): Properties {
  const { cursor } = parser
  const properties: Properties = { timeout: null, expires: null, comment: null, statements: [] }
  for (;;) {
    if (cursor.takeWord('timeout')) properties.timeout = cursor.takeWord('never') ? null : expectTime(cursor)
    else if (cursor.takeWord('expires')) properties.expires = cursor.takeWord('never') ? null : expectTime(cursor)
    else if (cursor.takeWord('comment')) properties.comment = parser.text('a comment in quotes')
    else {
      const statements = parser.statefulStatements()
      if (statements.length === 0) return properties
      properties.statements.push(...statements)
    }
  }
}
