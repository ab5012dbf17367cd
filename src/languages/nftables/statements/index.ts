/** All statements: which one begins here, and how each is lowered. */

import { didYouMean, expectedFound } from '../../diagnostics/index.ts'
import type { ComparisonOperator, StatementKind, StatementNode, StatementOf } from '../ast.ts'
import { lowerMatch } from '../lower/match.ts'
import type { BareStatement, Scope } from '../lower/scope.ts'
import type { Cursor } from '../parser/cursor.ts'
import { parseLeft, parseRight, parseSetOperand, parseValue } from '../parser/expression.ts'
import type { Parser } from '../parser/parser.ts'
import { refuse } from '../refusal.ts'
import { beginsTerm, refuseForeignTerm, termKeywords } from '../terms/index.ts'
import * as tcpOption from '../terms/tcp-option.ts'
import * as connectionLimit from './connection-limit.ts'
import * as counter from './counter.ts'
import * as last from './last.ts'
import * as limit from './limit.ts'
import * as log from './log.ts'
import * as nat from './nat.ts'
import * as notrack from './notrack.ts'
import * as object from './object.ts'
import * as quota from './quota.ts'
import * as refused from './refused.ts'
import * as reject from './reject.ts'
import * as set from './set.ts'
import type { LowerStatement } from './statement.ts'
import * as update from './update.ts'
import * as verdict from './verdict.ts'
import * as verdictMap from './verdict-map.ts'

const parsers: ReadonlyMap<string, (parser: Parser) => StatementNode> = new Map(
  [counter, limit, quota, last, log, reject, notrack, nat, verdict].flatMap(({ keywords, parse }) =>
    keywords.map((word) => [word, parse] as const),
  ),
)

/** Statements that a set's element may carry. */
const stateful: readonly string[] = [...counter.keywords, ...limit.keywords, ...quota.keywords, ...last.keywords]

export function parseStateful(parser: Parser): StatementNode[] {
  const nodes: StatementNode[] = []
  for (;;) {
    const { cursor } = parser
    if (cursor.isWord('ct') && cursor.isWord('count', 1)) nodes.push(connectionLimit.parse(parser))
    else if (cursor.isOneOf(stateful)) nodes.push(parseStatement(parser))
    else return nodes
  }
}

export function parseStatement(parser: Parser): StatementNode {
  const { cursor } = parser
  const { kind, text } = cursor.peek()
  if (kind === 'word') {
    const next = cursor.peek(1)
    if (text === 'ct' && next.text === 'count') return connectionLimit.parse(parser)
    if (text === 'ct' && object.assignable.includes(next.text) && cursor.isWord('set', 2))
      return object.parseAssignment(parser)
    if (next.kind === 'sign' && next.text === '@' && ['add', 'update', 'delete'].includes(text))
      return update.parse(parser)
    if (text === 'set' && ['add', 'update', 'delete'].includes(next.text)) return update.parseOld(parser)
    if (text === 'meter' || (text === 'flow' && next.text === 'table')) return update.parseMeter(parser)
    if (text === 'reset' && next.text === 'tcp') return parseReset(parser)
    refused.refuseStatement(cursor)
    refuseForeignTerm(cursor)
    const parse = parsers.get(text)
    if (parse) return parse(parser)
  }
  if (beginsTerm(cursor, false) || cursor.isSign('(')) return parseMatch(parser)
  if (kind !== 'word') return cursor.fail('a match or a statement')
  const known = [...parsers.keys(), ...termKeywords(), ...refused.keywords]
  return refuse(
    'nft-unknown-statement',
    cursor.here(),
    expectedFound('a match or a statement', cursor.found(cursor.peek())),
    {
      hint: didYouMean(text, known),
    },
  )
}

function parseReset(parser: Parser): StatementNode {
  const start = parser.cursor.start
  parser.cursor.next()
  const target = tcpOption.parseName(parser)
  return { kind: 'reset', target, span: parser.cursor.spanFrom(start) }
}

function parseMatch(parser: Parser): StatementNode {
  const { cursor } = parser
  const start = cursor.start
  const left = parseLeft(parser)
  if (cursor.takeWord('vmap')) {
    const map = parseSetOperand(parser)
    return { kind: 'verdict-map', key: left, map, span: cursor.spanFrom(start) }
  }
  if (cursor.isWord('set') && left.kind === 'term') {
    cursor.next()
    const value = parseValue(parser)
    return { kind: 'set', target: left.term, value, span: cursor.spanFrom(start) }
  }
  const operator = parseOperator(cursor)
  if (cursor.isAtEnd())
    cursor.fail(operator === 'implicit' ? 'a value to compare with' : `a value behind "${operator}"`)
  const right = parseRight(parser)
  return { kind: 'match', left, operator, right, span: cursor.spanFrom(start) }
}

const operatorWords: Readonly<Record<string, ComparisonOperator>> = {
  '==': '==',
  eq: '==',
  '!=': '!=',
  ne: '!=',
  '<': '<',
  lt: '<',
  '>': '>',
  gt: '>',
  '<=': '<=',
  le: '<=',
  '>=': '>=',
  ge: '>=',
  '!': '!',
}

function parseOperator(cursor: Cursor): ComparisonOperator {
  const token = cursor.peek()
  if ((token.kind !== 'sign' && token.kind !== 'word') || !Object.hasOwn(operatorWords, token.text)) return 'implicit'
  cursor.next()
  return operatorWords[token.text] ?? 'implicit'
}

const lowerers: { readonly [K in StatementKind]: LowerStatement<K> } = {
  match: lowerMatch,
  verdict: verdict.lower,
  'verdict-map': verdictMap.lower,
  counter: counter.lower,
  limit: limit.lower,
  quota: quota.lower,
  'ct count': connectionLimit.lower,
  last: last.lower,
  log: log.lower,
  reject: reject.lower,
  notrack: notrack.lower,
  nat: nat.lower,
  set: set.lower,
  reset: set.lowerReset,
  update: update.lower,
  meter: update.lowerMeter,
  object: object.lower,
}

export function lowerStatement(node: StatementNode, scope: Scope): BareStatement[] {
  return lowerOf(node.kind)(node, scope)
}

/** The table's type ties each kind to its own lowering; a union of functions cannot be called without saying so. */
const lowerOf = <K extends StatementKind>(
  kind: K,
): ((node: StatementOf<StatementKind>, scope: Scope) => BareStatement[]) =>
  lowerers[kind] as (node: StatementOf<StatementKind>, scope: Scope) => BareStatement[]
