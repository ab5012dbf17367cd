/** Named objects: `counter name "x"`, `ct helper set "ftp"`, and by a map: `counter name ip saddr map @m`. */

import type { RuleObject } from '../../../model/rules/index.ts'
import { didYouMean, quoted } from '../../diagnostics/index.ts'
import type { Expression, ObjectKind, StatementOf } from '../ast.ts'
import type { Scope } from '../lower/scope.ts'
import type { Parser } from '../parser/parser.ts'
import { giveUp, refuse } from '../refusal.ts'
import type { LowerStatement } from './statement.ts'

/** What names the object: a word, or a map from something of the packet. */
export function parseObjectName(parser: Parser, objectKind: ObjectKind, start: number): StatementOf<'object'> {
  const { cursor } = parser
  const name = parser.expression()
  return { kind: 'object', objectKind, name, span: cursor.spanFrom(start) }
}

/** Whether `ct helper set`, `ct timeout set` or `ct expectation set` begins here. */
export const assignable: readonly string[] = ['helper', 'timeout', 'expectation']

export function parseAssignment(parser: Parser): StatementOf<'object'> {
  const { cursor } = parser
  const start = cursor.start
  cursor.expectWord('ct')
  const word = cursor.expectOneOf(assignable, 'helper, timeout or expectation')
  cursor.expectOneOf(['set'], 'set')
  const kind = word === 'helper' ? 'ct helper' : word === 'timeout' ? 'ct timeout' : 'ct expectation'
  return parseObjectName(parser, kind, start)
}

export const lower: LowerStatement<'object'> = (node, scope) => {
  const { name, objectKind } = node
  if (name.kind === 'map') {
    const key = scope.value(name.key, null)
    return [
      {
        kind: 'object-map',
        objectKind,
        key: key.value,
        map: scope.setFor(name.map, key, { kind: 'object', object: objectKind }),
      },
    ]
  }
  return [{ kind: 'object', object: objectNamed(name, objectKind, scope) }]
}

/** The object that a word names; it must be there. */
export function objectNamed(name: Expression, kind: ObjectKind, scope: Scope): RuleObject {
  if (name.kind !== 'word') return refuse('nft-syntax', name.span, `expected the name of a ${kind}`)
  const object = scope.table.objects.get(`${kind} ${name.text}`)
  if (object) return object
  if (scope.table.refused.has(name.text)) giveUp()
  const known = [...scope.table.objects.values()].filter((other) => other.kind === kind).map((other) => other.name)
  return refuse(
    'nft-missing-object',
    name.span,
    `there is no ${kind} ${quoted(name.text)} in table ${scope.table.name}`,
    {
      hint: didYouMean(name.text, known),
    },
  )
}
