/** Chains: `type filter hook input priority filter + 10; policy drop;`, then rules. */

import type { ChainNode, HookNode, Name, RuleNode } from '../ast.ts'
import { refuse } from '../refusal.ts'
import type { NftablesParser } from './nftables-parser.ts'
import { parseRule } from './rule.ts'

/** Reads `{ ... }` behind the name, or nothing. */
export function parseChainBody(parser: NftablesParser, name: Name, start: number): ChainNode {
  const chain: Draft = {
    hook: null,
    isHookBroken: false,
    policy: null,
    comment: null,
    rules: [],
  }
  if (parser.cursor.isSign('{')) {
    const open = parser.cursor.next()
    parser.inScope(() => parser.items(() => parseItem(parser, chain)))
    parser.report.attempt(() => parser.cursor.expectClose(open))
  }
  const { hook, isHookBroken, policy, comment, rules } = chain
  // A policy without its hook is no further mistake.
  return { name, hook, policy: isHookBroken ? null : policy, comment, rules, span: parser.cursor.spanFrom(start) }
}

interface Draft {
  hook: HookNode | null
  isHookBroken: boolean
  policy: Name | null
  comment: string | null
  rules: RuleNode[]
}

function parseItem(parser: NftablesParser, chain: Draft): void {
  const { cursor } = parser
  if (cursor.isWord('type')) {
    chain.isHookBroken = true
    chain.hook = parseHook(parser)
    chain.isHookBroken = false
  } else if (cursor.isWord('policy') && cursor.peek(1).kind !== 'sign') {
    const policy = parsePolicy(parser)
    if (chain.policy !== null) refuse('nft-syntax', policy.span, 'expected one policy, found a second')
    chain.policy = policy
  } else if (cursor.isWord('comment')) {
    const { span, text } = parseComment(parser)
    if (chain.comment !== null) refuse('nft-syntax', span, 'expected one comment of the chain, found a second')
    chain.comment = text
  } else if (cursor.isOneOf(['devices', 'device', 'flags']) && cursor.isSign('=', 1)) {
    refuse('nft-unsupported-hook', cursor.here(), 'chains bound to devices belong to hooks that are not modelled')
  } else chain.rules.push(parseRule(parser))
}

function parseComment(parser: NftablesParser): Name {
  const start = parser.cursor.start
  parser.cursor.next()
  return { text: parser.text('a comment in quotes'), span: parser.cursor.spanFrom(start) }
}

function parsePolicy(parser: NftablesParser): Name {
  const { cursor } = parser
  cursor.next()
  if (cursor.peek().kind !== 'variable') return cursor.expectName('accept or drop')
  const value = parser.variable()
  return value.kind === 'word'
    ? { text: value.text, span: value.span }
    : refuse('nft-syntax', value.span, 'expected accept or drop')
}

function parseHook(parser: NftablesParser): HookNode {
  const { cursor } = parser
  const start = cursor.start
  cursor.next()
  const type = cursor.expectName('filter, nat or route')
  cursor.expectOneOf(['hook'], 'hook')
  const hook = cursor.expectName('a hook')
  if (cursor.isOneOf(['device', 'devices'])) {
    refuse('nft-unsupported-hook', cursor.here(), 'chains bound to devices belong to hooks that are not modelled')
  }
  cursor.expectOneOf(['priority'], 'priority')
  const priority = parsePriority(parser)
  return { type, hook, priority, span: cursor.spanFrom(start) }
}

/** `0`, `-150`, `filter`, `filter + 10`, `$variable`. */
function parsePriority(parser: NftablesParser): HookNode['priority'] {
  const { cursor } = parser
  const start = cursor.start
  if (cursor.peek().kind === 'variable') {
    const value = parser.variable()
    if (value.kind === 'number') return { name: null, offset: Number(value.value), span: value.span }
    if (value.kind === 'word') return { ...splitPriority(value.text), span: value.span }
    return refuse('nft-syntax', value.span, 'expected a priority by number or name')
  }
  const word = cursor.take('word')
  if (word) {
    const split = splitPriority(word.text)
    const sign = cursor.takeSign('+') ? 1 : cursor.takeSign('-') ? -1 : 0
    const offset = sign === 0 ? split.offset : sign * cursor.expectNumber('a number', 0x7fffffff)
    return { name: split.name, offset, span: cursor.spanFrom(start) }
  }
  const isNegative = cursor.takeSign('-')
  const value = cursor.expectNumber('a priority by number or name', 0x7fffffff)
  return { name: null, offset: isNegative ? -value : value, span: cursor.spanFrom(start) }
}

/** `filter-10` is one word to the lexer; so is a variable's "filter - 10". */
function splitPriority(text: string): { name: string | null; offset: number } {
  const [, name, sign, digits] = /^([a-z]+)?\s*([+-])?\s*(\d+)?$/.exec(text) ?? []
  if (digits === undefined) return { name: text, offset: 0 }
  return { name: name ?? null, offset: sign === '-' ? -Number(digits) : Number(digits) }
}
