/** `add|update|delete @set { KEY [timeout T] [statements] [: DATA] }`, and its older form `meter NAME { KEY statements }`. */

import type { Value } from '../../../model/rules/index.ts'
import type { ElementNode, Expression, StatementOf } from '../ast.ts'
import { meterSet } from '../build/meter-set.ts'
import type { BareStatement, Scope } from '../lower/scope.ts'
import { refuseCountWithTimeout, refuseTimeout } from '../lower/set-elements.ts'
import type { Typed } from '../lower/typed.ts'
import { parseElement } from '../parser/element.ts'
import type { Parser } from '../parser/parser.ts'
import { refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import type { LowerStatement, ParseStatement } from './statement.ts'

export const parse: ParseStatement<'update'> = (parser) => {
  const { cursor } = parser
  const start = cursor.start
  const word = cursor.expectOneOf(['add', 'update', 'delete'], 'add, update or delete')
  cursor.expectSign('@', 'and the name of a set')
  const name = cursor.expectName('the name of a set')
  const element = parseBraced(parser)
  const operation = word === 'add' ? 'add' : word === 'update' ? 'update' : 'delete'
  return { kind: 'update', operation, set: name.text, setSpan: name.span, element, span: cursor.spanFrom(start) }
}

/** The form of older nft: `set add KEY @set`. */
export const parseOld: ParseStatement<'update'> = (parser) => {
  const { cursor } = parser
  const start = cursor.start
  cursor.expectWord('set')
  const word = cursor.expectOneOf(['add', 'update', 'delete'], 'add, update or delete')
  const element = parseElement(parser, true)
  cursor.expectSign('@', 'and the name of a set')
  const name = cursor.expectName('the name of a set')
  const operation = word === 'add' ? 'add' : word === 'update' ? 'update' : 'delete'
  return { kind: 'update', operation, set: name.text, setSpan: name.span, element, span: cursor.spanFrom(start) }
}

export const parseMeter: ParseStatement<'meter'> = (parser) => {
  const { cursor } = parser
  const start = cursor.start
  cursor.expectOneOf(['meter', 'flow'], 'meter')
  const name = cursor.expectName('the name of a meter').text
  const size = cursor.takeWord('size') ? cursor.expectNumber('a size', 0xffffffff) : null
  const element = parseBraced(parser)
  return { kind: 'meter', name, size, element, span: cursor.spanFrom(start) }
}

function parseBraced(parser: Parser): ElementNode {
  const { cursor } = parser
  cursor.expectSign('{')
  cursor.skipNewlines()
  const element = parseElement(parser, true)
  cursor.skipNewlines()
  cursor.expectSign('}')
  return element
}

export const lower: LowerStatement<'update'> = (node, scope) => {
  const key = uncompared(scope, () => scope.key(node.element.key, scope.table.sets.get(node.set)?.keyTypes ?? []))
  const reference = { kind: 'set-reference', name: node.set, span: node.setSpan } as const
  const types = valueTypesOf(node, scope)
  const set = scope.setFor(
    reference,
    key,
    types === null ? { kind: 'none' } : { kind: 'value', types, isInterval: false },
  )
  if (set.isConstant || (!set.isDynamic && set.isInterval)) {
    refuse('nft-operator', node.setSpan, 'rules cannot change this set: it holds constants or intervals', {
      related: [{ span: set.source, message: 'declared here' }],
      hint: 'add "flags dynamic" to its declaration',
    })
  }
  const { data, timeout, span } = node.element
  if (timeout !== null && !set.hasTimeout) refuseTimeout(set, span)
  if (types === null && data !== null)
    refuse('nft-type-mismatch', data.span, 'expected no ":", since this is a set and not a map')
  if (types !== null && data === null)
    refuse('nft-type-mismatch', span, 'expected ": VALUE" behind the key, since this is a map')
  const value = types === null || data === null ? null : dataOf(data, types, scope)
  const update = updateOf(node.operation, node.element, key, scope)
  refuseCountWithTimeout(set.hasTimeout, update.statements)
  return [{ ...update, set, data: value }]
}

/** Ports of the connection need no protocol where nothing is compared with them. */
function uncompared(scope: Scope, work: () => Typed): Typed {
  const { protocols } = scope
  const before = protocols.isTransportKnown
  protocols.isTransportKnown = true
  const key = work()
  protocols.isTransportKnown = before || protocols.transport !== null
  return key
}

function dataOf(data: Expression, types: readonly DataType[], scope: Scope): Value {
  const [type] = types
  if (type && types.length === 1) return scope.valueOfType(data, type)
  const { parts, value } = scope.key(data, types)
  const isSame = parts.length === types.length && types.every(({ name }, i) => name === parts[i]?.type.name)
  const names = (list: readonly DataType[]): string => list.map(({ name }) => name).join(' . ')
  if (!isSame)
    refuse('nft-type-mismatch', data.span, `expected ${names(types)}, found ${names(parts.map((part) => part.type))}`)
  return value
}

/** What the map maps to; null for a set, and for a name that is none: that is told by `setFor`. */
function valueTypesOf(node: StatementOf<'update'>, scope: Scope): readonly DataType[] | null {
  const known = scope.table.sets.get(node.set)
  if (known?.data && known.data.kind !== 'value') {
    refuse(
      'nft-operator',
      node.setSpan,
      `rules can add to sets and to maps of values, found a map to a ${known.data.kind}`,
    )
  }
  return known && known.dataTypes.length > 0 ? known.dataTypes : null
}

function updateOf(operation: 'add' | 'update' | 'delete', element: ElementNode, key: Typed, scope: Scope) {
  return {
    kind: 'update set',
    operation,
    key: key.value,
    timeout: element.timeout,
    statements: element.statements.flatMap((statement) => scope.statements(statement)),
  } as const
}

/** A meter is a dynamic set of the rule's own; with a timeout, finding an element renews it. */
export const lowerMeter = (node: StatementOf<'meter'>, scope: Scope): BareStatement[] => {
  const key = scope.value(node.element.key, null)
  const set = meterSet(
    scope.table,
    node,
    key.parts.map((part) => part.type),
  )
  const update = updateOf(node.element.timeout === null ? 'add' : 'update', node.element, key, scope)
  refuseCountWithTimeout(set.hasTimeout, update.statements)
  return [{ ...update, set, data: null }]
}
