/** Expressions: terms and constants, bits, ranges, prefixes, concatenations, lists, sets. Precedence as in nft: shifts, &, ^, |. */

import type { BinaryOperator, ElementNode, Expression } from '../ast.ts'
import { PackedNodes } from '../packed-nodes.ts'
import { refuse } from '../refusal.ts'
import { joinSpans } from '../source/source-text.ts'
import { beginsTerm, parseTerm, refuseForeignTerm } from '../terms/index.ts'
import type { Cursor } from './cursor.ts'
import { parseElement } from './element.ts'
import type { Parser } from './parser.ts'
import { readPlainElements } from './plain-elements.ts'

/** term: the left side of a match; value: what a statement writes, terms or constants; constant: never reads the packet. */
type Mode = 'term' | 'value' | 'constant'

/** Operands in a row, or parts of a concatenation: more is no ruleset but an attack on the stack. */
const longest = 128
const deepest = 32

export const parseLeft = (parser: Parser): Expression => parseConcatenation(parser, 'term', 0)

/** With a `map` behind it, and as a list where flags are joined. */
export function parseValue(parser: Parser): Expression {
  const { cursor } = parser
  const first = parseMapped(parser)
  if (!cursor.isSign(',')) return first
  return parseListFrom(parser, first, 'value')
}

/** A value, or what a map has for it. */
export function parseMapped(parser: Parser): Expression {
  const { cursor } = parser
  const key = parseConcatenation(parser, 'value', 0)
  if (!cursor.takeWord('map')) return key
  const map = parseSetOperand(parser)
  return { kind: 'map', key, map, span: joinSpans(key.span, map.span) }
}

export const parseConstant = (parser: Parser): Expression => parseConcatenation(parser, 'constant', 0)

/** Constant, list, `value / mask`, set. */
export function parseRight(parser: Parser): Expression {
  const { cursor } = parser
  if (cursor.isSign('{')) return parseSet(parser, 0)
  if (cursor.isSign('@')) return parseSetOperand(parser)
  const value = parseList(parser)
  if (!cursor.takeSign('/')) return value
  const mask = parseList(parser)
  return { kind: 'masked', value, mask, span: joinSpans(value.span, mask.span) }
}

function parseList(parser: Parser): Expression {
  const first = parseConcatenation(parser, 'constant', 0)
  return parser.cursor.isSign(',') ? parseListFrom(parser, first, 'constant') : first
}

function parseListFrom(parser: Parser, first: Expression, mode: Mode): Expression {
  const items = [first]
  while (parser.cursor.takeSign(',')) {
    parser.cursor.skipNewlines()
    items.push(parseConcatenation(parser, mode, 0))
  }
  return { kind: 'list', items, span: joinSpans(first.span, items.at(-1)?.span ?? first.span) }
}

/** What `map` and `vmap` look into: `{ ... }`, `@name`, or a variable that is one of them. */
export function parseSetOperand(parser: Parser): Expression {
  const { cursor } = parser
  if (cursor.isSign('{')) return parseSet(parser, 0)
  if (cursor.peek().kind === 'variable') return parser.variable()
  const start = cursor.start
  cursor.expectSign('@', 'or "{"')
  const name = cursor.expectName('the name of a set')
  return { kind: 'set-reference', name: name.text, span: cursor.spanFrom(start) }
}

export function parseSet(parser: Parser, depth: number): Expression {
  const { cursor } = parser
  const start = cursor.start
  if (depth > deepest) refuse('nft-too-deep', cursor.here(), `expected at most ${deepest} sets within each other`)
  const open = cursor.expectSign('{')
  const packed = packedNodes(parser, open.end)
  if (packed) return { kind: 'set', elements: packed, span: cursor.spanFrom(start) }
  const elements: ElementNode[] = []
  cursor.skipNewlines()
  while (!cursor.isSign('}')) {
    elements.push(cursor.isSign('{') ? nested(parser, depth) : parseElement(parser, false))
    cursor.skipNewlines()
    if (!cursor.takeSign(',')) break
    cursor.skipNewlines()
  }
  if (!cursor.isSign('}')) cursor.fail(['","', '"}"'])
  cursor.next()
  return { kind: 'set', elements, span: cursor.spanFrom(start) }
}

/** Long lists of plain elements, with the closing brace; null where something else stands there. */
function packedNodes(parser: Parser, from: number): PackedNodes | null {
  const { cursor } = parser
  const plain = cursor.carriageReturn === null ? readPlainElements(cursor.source.text, from) : null
  if (!plain) return null
  cursor.passTo(plain.close, 2 * plain.starts.length)
  cursor.expectSign('}')
  const { source } = cursor
  return new PackedNodes(source, plain, (offset) => parser.at(source, offset, () => parseElement(parser, false)))
}

function nested(parser: Parser, depth: number): ElementNode {
  const key = parseSet(parser, depth + 1)
  return { key, data: null, timeout: null, expires: null, comment: null, statements: [], span: key.span }
}

function parseConcatenation(parser: Parser, mode: Mode, depth: number): Expression {
  const first = parseInterval(parser, mode, depth)
  if (!parser.cursor.isSign('.')) return first
  const parts = [first]
  while (parser.cursor.takeSign('.')) {
    parser.cursor.skipNewlines()
    // Behind the first part constants may stand: `ip saddr . 22 @knocked`.
    const part = parseInterval(parser, mode === 'term' ? 'value' : mode, depth)
    parts.push(part)
    if (parts.length > longest)
      refuse('nft-too-deep', part.span, `expected at most ${longest} parts of a concatenation`)
  }
  return { kind: 'concatenation', parts, span: joinSpans(first.span, parts.at(-1)?.span ?? first.span) }
}

/** `a`, `a-b`, `a/24`. */
function parseInterval(parser: Parser, mode: Mode, depth: number): Expression {
  const { cursor } = parser
  const first = parseBinary(parser, mode, 0, depth)
  if (cursor.isSign('/') && cursor.peek(1).kind === 'number') {
    cursor.next()
    const length = cursor.expectNumber('the length of a prefix', 128)
    return { kind: 'prefix', of: first, length, span: joinSpans(first.span, cursor.spanFrom(first.span.offset)) }
  }
  if (cursor.isSign('-')) {
    cursor.next()
    const to = parseBinary(parser, mode, 0, depth)
    return { kind: 'range', from: first, to, span: joinSpans(first.span, to.span) }
  }
  return first
}

/** Loosest first. */
const levels: readonly (readonly [sign: string, word: string, operator: BinaryOperator])[][] = [
  [['|', 'or', '|']],
  [['^', 'xor', '^']],
  [['&', 'and', '&']],
  [
    ['<<', 'lshift', '<<'],
    ['>>', 'rshift', '>>'],
  ],
]

function parseBinary(parser: Parser, mode: Mode, level: number, depth: number): Expression {
  const operators = levels[level]
  if (!operators) return parsePrimary(parser, mode, depth)
  let left = parseBinary(parser, mode, level + 1, depth)
  for (let count = 1; ; count++) {
    const operator = operators.find(([sign, word]) => parser.cursor.takeSign(sign) || parser.cursor.takeWord(word))?.[2]
    if (operator === undefined) return left
    parser.cursor.skipNewlines()
    // What the bits are combined with is a constant on the left side of a match too.
    const right = parseBinary(parser, mode === 'term' ? 'value' : mode, level + 1, depth)
    left = { kind: 'binary', operator, left, right, span: joinSpans(left.span, right.span) }
    if (count > longest) refuse('nft-too-deep', right.span, `expected at most ${longest} operands in a row`)
  }
}

function parsePrimary(parser: Parser, mode: Mode, depth: number): Expression {
  const { cursor } = parser
  if (cursor.isSign('(')) return parseParenthesis(parser, mode, depth)
  if (mode !== 'constant') {
    if (beginsTerm(cursor, mode === 'value')) {
      const term = parseTerm(parser)
      return { kind: 'term', term, span: term.span }
    }
    if (mode === 'term' || cursor.peek(1).kind === 'word') refuseForeignTerm(cursor)
    if (mode === 'term') {
      cursor.fail('a match, such as "ip saddr" or "ct state"')
    }
  }
  if (cursor.peek().kind === 'variable') return parser.variable()
  if (cursor.isSign('[') && cursor.peek(1).kind === 'ipv6') return parseBracketed(cursor)
  return parseLiteral(cursor)
}

/** `[2001:db8::1]`, so that a port can stand behind it. */
function parseBracketed(cursor: Cursor): Expression {
  const start = cursor.start
  cursor.next()
  const address = parseLiteral(cursor)
  cursor.expectSign(']')
  return { ...address, span: cursor.spanFrom(start) }
}

function parseParenthesis(parser: Parser, mode: Mode, depth: number): Expression {
  if (depth > deepest)
    refuse('nft-too-deep', parser.cursor.here(), `expected at most ${deepest} parentheses within each other`)
  const { cursor } = parser
  cursor.next()
  const inner = parseConcatenation(parser, mode, depth + 1)
  // `(syn, ack)` is the same as `(syn | ack)`.
  const items = [inner]
  while (cursor.takeSign(',')) items.push(parseConcatenation(parser, mode, depth + 1))
  cursor.expectSign(')')
  return items.length === 1 ? inner : { kind: 'list', items, span: inner.span }
}

export function parseLiteral(cursor: Cursor): Expression {
  const token = cursor.peek()
  const span = cursor.spanOfToken(token)
  switch (token.kind) {
    case 'word':
    case 'string':
      cursor.next()
      return { kind: 'word', text: token.text, isQuoted: token.kind === 'string', span }
    case 'number':
      cursor.next()
      return { kind: 'number', value: BigInt(token.text), span }
    case 'ipv4':
    case 'ipv6':
    case 'mac':
    case 'time':
    case 'class':
      cursor.next()
      return { kind: 'literal', of: token.kind, text: token.text, span }
    default:
      if (cursor.takeSign('*')) return { kind: 'catch-all', span }
      return cursor.fail('a value')
  }
}
