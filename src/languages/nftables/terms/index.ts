/** All terms: which one begins here, and how each is lowered. */

import type { Term, TermKind, TermOf } from '../ast.ts'
import type { Scope } from '../lower/scope.ts'
import type { Typed } from '../lower/typed.ts'
import type { Cursor } from '../parser/cursor.ts'
import type { Parser } from '../parser/parser.ts'
import { refuse } from '../refusal.ts'
import * as ct from './ct.ts'
import * as exthdr from './exthdr.ts'
import * as fib from './fib.ts'
import * as hash from './hash.ts'
import * as ipOption from './ip-option.ts'
import * as meta from './meta.ts'
import * as numgen from './numgen.ts'
import * as payload from './payload.ts'
import * as rt from './rt.ts'
import * as sctpChunk from './sctp-chunk.ts'
import * as tcpOption from './tcp-option.ts'
import type { LowerTerm } from './term.ts'

const parsers: ReadonlyMap<string, (parser: Parser) => Term> = new Map(
  [payload, meta, ct, fib, exthdr, numgen, hash].flatMap(({ keywords, parse }) =>
    keywords.map((word) => [word, parse] as const),
  ),
)

/** Words that begin a term; for hints. */
export const termKeywords = (): string[] => [...parsers.keys()]

/** Whether a term begins here. In a value, a header's name alone is a constant (`ether type ip`). */
export function beginsTerm(cursor: Cursor, isValue: boolean): boolean {
  const token = cursor.peek()
  if (token.kind === 'sign' && token.text === '@') return payload.isRaw(cursor.peek(1).text) && cursor.isSign(',', 2)
  if (token.kind !== 'word' || !parsers.has(token.text)) return false
  return !isValue || !payload.keywords.includes(token.text) || cursor.peek(1).kind === 'word'
}

export function parseTerm(parser: Parser): Term {
  const { cursor } = parser
  if (cursor.isSign('@')) return payload.parseRaw(parser)
  if (cursor.isWord('tcp') && cursor.isWord('option', 1)) return tcpOption.parse(parser)
  if (cursor.isWord('ip') && cursor.isWord('option', 1)) return ipOption.parse(parser)
  if (cursor.isWord('sctp') && cursor.isWord('chunk', 1)) return sctpChunk.parse(parser)
  if (cursor.isWord('rt') && rt.begins(cursor.peek(1).text)) return rt.parse(parser)
  const parse = parsers.get(cursor.peek().text)
  return parse ? parse(parser) : cursor.fail('a match')
}

const lowerers: { readonly [K in TermKind]: LowerTerm<K> } = {
  payload: payload.lower,
  'raw-payload': payload.lowerRaw,
  meta: meta.lower,
  ct: ct.lower,
  fib: fib.lower,
  rt: rt.lower,
  exthdr: exthdr.lower,
  'tcp-option': tcpOption.lower,
  'raw-tcp-option': tcpOption.lowerRaw,
  'ip-option': ipOption.lower,
  'sctp-chunk': sctpChunk.lower,
  numgen: numgen.lower,
  hash: hash.lower,
}

export function lowerTerm(term: Term, scope: Scope): Typed {
  return lowerOf(term.kind)(term, scope)
}

/** The table's type ties each kind to its own lowering; a union of functions cannot be called without saying so. */
const lowerOf = <K extends TermKind>(kind: K): ((term: TermOf<TermKind>, scope: Scope) => Typed) =>
  lowerers[kind] as (term: TermOf<TermKind>, scope: Scope) => Typed

const foreign: readonly (readonly [words: readonly string[], code: Parameters<typeof refuse>[0], what: string])[] = [
  [['vlan', 'arp', '8021q'], 'nft-unsupported-link', 'headers behind Ethernet do not reach ip, ip6 and inet tables'],
  [['vxlan', 'geneve', 'gre', 'gretap'], 'nft-unsupported-tunnel', 'headers inside tunnels are not modelled'],
  [['socket', 'osf'], 'nft-unsupported-socket', 'sockets and operating system fingerprints are not modelled'],
]

/** Refuses terms of nft that are not modelled. `ipsec` with a direction is one of them; `ipsec exists` is not. */
export function refuseForeignTerm(cursor: Cursor): void {
  const token = cursor.peek()
  if (token.kind !== 'word') return
  for (const [words, code, what] of foreign)
    if (words.includes(token.text)) refuse(code, cursor.spanOfToken(token), what)
  if (token.text === 'ipsec' && cursor.isOneOf(['in', 'out'], 1)) {
    refuse('nft-unsupported-socket', cursor.spanOfToken(token), 'properties of IPsec states are not modelled')
  }
}
