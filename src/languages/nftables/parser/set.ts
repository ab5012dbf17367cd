/** Declarations of sets and maps. */

import type { List } from '../../../model/rules/index.ts'
import type { ElementNode, Name, ObjectKind, SetNode, StatementNode, TypeNode } from '../ast.ts'
import { refuse } from '../refusal.ts'
import { parseLeft } from './expression.ts'
import type { NftablesParser } from './nftables-parser.ts'
import { expectTime } from './quantity.ts'

interface Draft {
  key: TypeNode | null
  data: SetNode['data']
  flags: Name[]
  timeout: number | null
  sweepInterval: number | null
  isSmall: boolean
  size: number | null
  isAutoMerge: boolean
  statements: StatementNode[]
  elements: List<ElementNode>
  comment: string | null
  isRefused: boolean
}

/** Reads `{ ... }` behind the name. */
export function parseSetBody(parser: NftablesParser, name: Name, isMap: boolean, start: number): SetNode {
  const draft: Draft = {
    key: null,
    data: null,
    flags: [],
    timeout: null,
    sweepInterval: null,
    isSmall: false,
    size: null,
    isAutoMerge: false,
    statements: [],
    elements: [],
    comment: null,
    isRefused: false,
  }
  const open = parser.cursor.expectSign('{')
  parser.items(() => parseItem(parser, draft))
  parser.report.attempt(() => parser.cursor.expectClose(open))
  return { name, isMap, ...draft, span: parser.cursor.spanFrom(start) }
}

const properties = [
  'type',
  'typeof',
  'flags',
  'timeout',
  'gc-interval',
  'size',
  'policy',
  'auto-merge',
  'elements',
  'comment',
  'counter',
]

function parseItem(parser: NftablesParser, draft: Draft): void {
  const { cursor } = parser
  const statements = parser.statefulStatements()
  if (statements.length > 0) {
    draft.statements.push(...statements)
    return
  }
  switch (cursor.expectOneOf(properties, 'a property of a set')) {
    case 'type':
    case 'typeof':
      parseTypes(parser, draft, cursor.previousText())
      break
    case 'flags':
      do draft.flags.push(cursor.expectName('a flag'))
      while (cursor.takeSign(','))
      break
    case 'timeout':
      draft.timeout = expectTime(cursor)
      break
    case 'gc-interval':
      draft.sweepInterval = expectTime(cursor)
      break
    case 'size': {
      const value = cursor.peek().kind === 'variable' ? parser.variable() : null
      draft.size = value?.kind === 'number' ? Number(value.value) : cursor.expectNumber('a size', 0xffffffff)
      break
    }
    case 'policy':
      draft.isSmall = cursor.expectOneOf(['performance', 'memory'], 'performance or memory') === 'memory'
      break
    case 'auto-merge':
      draft.isAutoMerge = true
      break
    case 'elements': {
      cursor.expectSign('=')
      const set = parser.set()
      if (set.kind !== 'set') return refuse('nft-syntax', set.span, 'expected elements in braces')
      draft.elements = draft.elements.length === 0 ? set.elements : [...draft.elements, ...set.elements]
      break
    }
    default:
      draft.comment = parser.text('a comment in quotes')
  }
}

const objectKinds: Readonly<Record<string, ObjectKind>> = { counter: 'counter', quota: 'quota', limit: 'limit' }

/** `ipv4_addr . inet_service : verdict`, by name or by example. */
function parseTypes(parser: NftablesParser, draft: Draft, keyword: string): void {
  const { cursor } = parser
  draft.isRefused = true
  draft.key = parseType(parser, keyword)
  if (cursor.takeSign(':')) parseData(parser, draft, keyword)
  draft.isRefused = false
}

function parseData(parser: NftablesParser, draft: Draft, keyword: string): void {
  const { cursor } = parser
  const isInterval = cursor.takeWord('interval')
  if (cursor.takeWord('verdict')) draft.data = { kind: 'verdict' }
  else if (cursor.isOneOf(Object.keys(objectKinds)))
    draft.data = { kind: 'object', object: objectKinds[cursor.next().text] ?? 'counter' }
  else if (cursor.isWord('ct') && cursor.isOneOf(['helper', 'timeout', 'expectation'], 1)) {
    cursor.next()
    const word = cursor.expectOneOf(['helper', 'timeout', 'expectation'], 'helper, timeout or expectation')
    draft.data = {
      kind: 'object',
      object: word === 'helper' ? 'ct helper' : word === 'timeout' ? 'ct timeout' : 'ct expectation',
    }
  } else if (cursor.isOneOf(['secmark', 'synproxy', 'tunnel'])) {
    const span = cursor.spanOfToken(cursor.next())
    refuse('nft-unsupported-value', span, 'maps to secmark, synproxy or tunnel objects are not modelled')
  } else draft.data = { kind: 'type', type: parseType(parser, keyword), isInterval }
}

function parseType(parser: NftablesParser, keyword: string): TypeNode {
  const { cursor } = parser
  const start = cursor.start
  if (keyword === 'typeof') {
    const expression = parseLeft(parser)
    return { kind: 'typeof', expression, span: expression.span }
  }
  const names: Name[] = []
  do names.push(cursor.expectName('a type'))
  while (cursor.takeSign('.'))
  return { kind: 'named', names, span: cursor.spanFrom(start) }
}
