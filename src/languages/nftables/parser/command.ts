/** Commands of a file: `table ...`, `add rule ...`, `delete chain ...`, `flush ruleset`, in the order in which they are to be done. */

import type { List } from '../../../model/rules/index.ts'
import { didYouMean, expectedFound } from '../../diagnostics/index.ts'
import type { Command, ElementNode, Name, ObjectKind, Position, TableName } from '../ast.ts'
import { refuse } from '../refusal.ts'
import { parseChainBody } from './chain.ts'
import type { NftablesParser } from './nftables-parser.ts'
import { objectKindAt, parseObjectBody, takeObjectKind } from './object.ts'
import { parseRule } from './rule.ts'
import { parseSetBody } from './set.ts'
import { parseTableBody, parseTableName, refuseFamily, refuseObject, takeFamily } from './table.ts'

const verbs = ['add', 'create', 'insert', 'replace', 'delete', 'destroy', 'flush', 'rename', 'list'] as const
type Verb = (typeof verbs)[number]
const subjects = ['table', 'chain', 'rule', 'set', 'map', 'element', 'counter', 'quota', 'limit', 'ct'] as const

/** Commands of `nft` that load nothing. */
const unsupported = ['reset', 'monitor', 'describe', 'import', 'export', 'get']

/** Reads one command; null for those that change nothing (`list ruleset`). */
export function parseCommand(parser: NftablesParser): Command | null {
  const { cursor } = parser
  const start = cursor.start
  if (cursor.isOneOf(unsupported)) {
    refuse('nft-unsupported-command', cursor.here(), `the command ${cursor.peek().text} is not for loading rulesets`)
  }
  const verb = verbs.find((known) => cursor.isWord(known))
  if (verb !== undefined) cursor.next()
  switch (verb) {
    case 'delete':
    case 'destroy':
      return parseDelete(parser, verb === 'destroy', start)
    case 'flush':
      return parseFlush(parser, start)
    case 'rename':
      return parseRename(parser, start)
    case 'list':
      while (!cursor.isAtEnd()) cursor.next()
      return null
    default:
      return parseAdd(parser, verb, start)
  }
}

function parseAdd(
  parser: NftablesParser,
  verb: Exclude<Verb, 'delete' | 'destroy' | 'flush' | 'rename' | 'list'> | undefined,
  start: number,
): Command {
  const { cursor } = parser
  const isCreate = verb === 'create'
  const objectKind = objectKindAt(parser)
  if (objectKind !== null) return parseAddObject(parser, objectKind, isCreate, start)
  const word = cursor.peek()
  if (cursor.isOneOf(['table', 'chain', 'rule', 'set', 'map', 'element'])) cursor.next()
  else if (cursor.isOneOf(['flowtable', 'synproxy', 'secmark', 'tunnel'])) {
    const { text } = cursor.next()
    refuseObject(parser, text)
  } else if (verb === undefined) {
    return refuse('nft-unknown-command', cursor.here(), expectedFound('a command', cursor.found(word)), {
      hint: word.kind === 'word' ? didYouMean(word.text, [...verbs, ...subjects, 'define', 'include']) : null,
    })
  }
  switch (word.text) {
    case 'table':
      return parseAddTable(parser, isCreate, start)
    case 'chain': {
      const table = parseModelledTable(parser)
      const chain = parseChainBody(parser, cursor.expectName('the name of a chain'), start)
      return { kind: 'add chain', isCreate, table, chain, span: cursor.spanFrom(start) }
    }
    case 'set':
    case 'map': {
      const table = parseModelledTable(parser)
      const set = parseSetBody(parser, cursor.expectName(`the name of a ${word.text}`), word.text === 'map', start)
      return { kind: 'add set', isCreate, table, set, span: cursor.spanFrom(start) }
    }
    case 'element': {
      const { table, set, elements } = parseElements(parser)
      return { kind: 'add elements', isCreate, table, set, elements, span: cursor.spanFrom(start) }
    }
    default:
      // `add TABLE CHAIN ...` may leave the word `rule` out.
      return parseAddRule(parser, verb === 'insert' || verb === 'replace' ? verb : 'add', start)
  }
}

function parseAddTable(parser: NftablesParser, isCreate: boolean, start: number): Command {
  const table = parseTableName(parser)
  const body = parseTableBody(parser)
  refuseFamily(table)
  return { kind: 'add table', isCreate, table, body, span: parser.cursor.spanFrom(start) }
}

function parseModelledTable(parser: NftablesParser): TableName {
  const table = parseTableName(parser)
  refuseFamily(table)
  return table
}

function parseAddObject(parser: NftablesParser, kind: ObjectKind, isCreate: boolean, start: number): Command {
  takeObjectKind(parser, kind)
  const table = parseModelledTable(parser)
  const name = parser.cursor.expectName(`the name of a ${kind}`)
  const object = parseObjectBody(parser, kind, name, start)
  return { kind: 'add object', isCreate, table, object, span: parser.cursor.spanFrom(start) }
}

function parseElements(parser: NftablesParser): { table: TableName; set: Name; elements: List<ElementNode> } {
  const table = parseModelledTable(parser)
  const set = parser.cursor.expectName('the name of a set')
  const elements = parser.set()
  if (elements.kind !== 'set') return refuse('nft-syntax', elements.span, 'expected elements in braces')
  return { table, set, elements: elements.elements }
}

function parseAddRule(parser: NftablesParser, verb: 'add' | 'insert' | 'replace', start: number): Command {
  const { cursor } = parser
  const table = parseModelledTable(parser)
  const chain = cursor.expectName('the name of a chain')
  const position = parsePosition(parser)
  if (verb === 'replace' && position?.kind !== 'handle') cursor.fail('handle N of the rule to replace')
  const rule = parseRule(parser)
  return { kind: 'add rule', verb, table, chain, position, rule, span: cursor.spanFrom(start) }
}

function parsePosition(parser: NftablesParser): Position | null {
  const { cursor } = parser
  const start = cursor.start
  const kind = cursor.takeWord('index')
    ? 'index'
    : cursor.takeWord('handle') || cursor.takeWord('position')
      ? 'handle'
      : null
  if (kind === null) return null
  const number = cursor.expectNumber('a number')
  return { kind, number, span: cursor.spanFrom(start) }
}

function parseDelete(parser: NftablesParser, isDestroy: boolean, start: number): Command {
  const { cursor } = parser
  const done = <T extends object>(command: T): T & { span: Command['span'] } => ({
    ...command,
    span: cursor.spanFrom(start),
  })
  const objectKind = objectKindAt(parser)
  if (objectKind !== null) {
    takeObjectKind(parser, objectKind)
    const table = parseModelledTable(parser)
    const name = cursor.expectName(`the name of a ${objectKind}`)
    return done({ kind: 'delete', isDestroy, what: 'object', object: objectKind, table, name } as const)
  }
  const what = cursor.expectOneOf(
    ['table', 'chain', 'rule', 'set', 'map', 'element', 'flowtable'],
    'what to delete (table, chain, rule, set, ...)',
  )
  if (what === 'flowtable') refuseObject(parser, what)
  if (what === 'table') {
    const table = parseTableName(parser)
    // A table that the model cannot have is never there: nft's usual first lines stay harmless.
    return done({ kind: 'delete', isDestroy, what, object: null, table, name: null } as const)
  }
  if (what === 'element') return done({ kind: 'delete elements', isDestroy, ...parseElements(parser) } as const)
  const table = parseModelledTable(parser)
  const name = cursor.expectName(`the name of a ${what === 'rule' ? 'chain' : what}`)
  if (what === 'rule') {
    const position = parsePosition(parser) ?? cursor.fail('handle N or index N')
    return done({ kind: 'delete rule', isDestroy, table, chain: name, position } as const)
  }
  return done({
    kind: 'delete',
    isDestroy,
    what: what === 'chain' ? 'chain' : 'set',
    object: null,
    table,
    name,
  } as const)
}

function parseFlush(parser: NftablesParser, start: number): Command {
  const { cursor } = parser
  const word = cursor.expectOneOf(
    ['ruleset', 'table', 'chain', 'set', 'map', 'meter'],
    'ruleset, table, chain, set or map',
  )
  if (word === 'ruleset') {
    const family = takeFamily(parser)
    return { kind: 'flush', what: 'ruleset', family, span: cursor.spanFrom(start) }
  }
  const table = parseTableName(parser)
  const name = word === 'table' ? null : cursor.expectName(`the name of a ${word}`)
  const what = word === 'table' ? 'table' : word === 'chain' ? 'chain' : 'set'
  return { kind: 'flush', what, table, name, span: cursor.spanFrom(start) }
}

function parseRename(parser: NftablesParser, start: number): Command {
  const { cursor } = parser
  cursor.expectOneOf(['chain'], 'chain')
  const table = parseModelledTable(parser)
  const chain = cursor.expectName('the name of a chain')
  const to = cursor.expectName('a new name')
  return { kind: 'rename chain', table, chain, to, span: cursor.spanFrom(start) }
}
