/** Declarations of named objects: counter, quota, limit, ct helper, ct timeout, ct expectation. */

import type { Name, ObjectKind, ObjectNode } from '../ast.ts'
import { giveUp, refuse } from '../refusal.ts'
import { parseCounts } from '../statements/counter.ts'
import { parseLimit } from '../statements/limit.ts'
import { parseQuota } from '../statements/quota.ts'
import type { Cursor } from './cursor.ts'
import type { NftablesParser } from './nftables-parser.ts'
import { expectTime, millisecondsOf } from './quantity.ts'

/** Words that begin such a declaration, `ct` with the word behind it. */
export function objectKindAt(parser: NftablesParser): ObjectKind | null {
  const { cursor } = parser
  if (cursor.isWord('ct')) {
    for (const [word, kind] of [
      ['helper', 'ct helper'],
      ['timeout', 'ct timeout'],
      ['expectation', 'ct expectation'],
    ] as const) {
      if (cursor.isWord(word, 1)) return kind
    }
  }
  for (const kind of ['counter', 'quota', 'limit'] as const) if (cursor.isWord(kind)) return kind
  return null
}

/** Steps over the words of {@link objectKindAt}. */
export function takeObjectKind(parser: NftablesParser, kind: ObjectKind): void {
  parser.cursor.next()
  if (kind.startsWith('ct ')) parser.cursor.next()
}

interface Draft {
  comment: string | null
  counts: { packets: number; bytes: number }
  quota: ReturnType<typeof parseQuota> | null
  limit: ReturnType<typeof parseLimit> | null
  words: Map<string, Name>
  numbers: Map<string, number>
  policy: { state: Name; seconds: number }[]
}

/** Reads what stands behind the name: `{ ... }` or, in a command, the bare properties. */
export function parseObjectBody(parser: NftablesParser, kind: ObjectKind, name: Name, start: number): ObjectNode {
  const draft: Draft = {
    comment: null,
    counts: { packets: 0, bytes: 0 },
    quota: null,
    limit: null,
    words: new Map(),
    numbers: new Map(),
    policy: [],
  }
  const { cursor } = parser
  if (cursor.takeSign('{')) {
    const told = parser.report.diagnostics.length
    parser.items(() => {
      do parseItem(parser, kind, draft)
      while (!cursor.isAtEnd())
    })
    cursor.expectSign('}')
    // What is missing may be what was refused.
    if (parser.report.diagnostics.length > told) giveUp()
  } else while (!cursor.isAtEnd()) parseItem(parser, kind, draft)
  return objectFrom(kind, name, draft, parser.cursor.spanFrom(start))
}

function parseItem(parser: NftablesParser, kind: ObjectKind, draft: Draft): void {
  const { cursor } = parser
  if (cursor.takeWord('comment')) {
    draft.comment = parser.text('a comment in quotes')
    return
  }
  switch (kind) {
    case 'counter':
      if (!cursor.isOneOf(['packets', 'bytes'])) cursor.fail('packets N bytes N')
      draft.counts = parseCounts(cursor)
      return
    case 'quota':
      draft.quota = parseQuota(cursor)
      return
    case 'limit':
      draft.limit = parseLimit(cursor)
      return
    default:
      parseConntrackItem(parser, kind, draft)
  }
}

const properties: Readonly<Record<'ct helper' | 'ct timeout' | 'ct expectation', readonly string[]>> = {
  'ct helper': ['type', 'l3proto'],
  'ct timeout': ['protocol', 'l3proto', 'policy'],
  'ct expectation': ['protocol', 'l3proto', 'dport', 'timeout', 'size'],
}

function parseConntrackItem(
  parser: NftablesParser,
  kind: 'ct helper' | 'ct timeout' | 'ct expectation',
  draft: Draft,
): void {
  const { cursor } = parser
  const word = cursor.expectOneOf(properties[kind], `a property of a ${kind}`)
  if (word === 'policy') parsePolicy(parser, draft)
  else if (word === 'dport') draft.numbers.set(word, cursor.expectNumber('a port', 65_535))
  else if (word === 'size') draft.numbers.set(word, cursor.expectNumber('a size', 255))
  else if (word === 'timeout') draft.numbers.set(word, expectTime(cursor))
  else if (word === 'protocol') draft.words.set(word, parseProtocol(cursor))
  else if (word === 'type') {
    draft.words.set(word, { span: cursor.here(), text: cursor.expectString('the name of a helper in quotes') })
    cursor.expectOneOf(['protocol'], 'protocol')
    draft.words.set('protocol', parseProtocol(cursor))
  } else draft.words.set(word, cursor.expectName('a name'))
}

function parseProtocol(cursor: Cursor): Name {
  const span = cursor.here()
  return { text: cursor.expectOneOf(['tcp', 'udp'], 'tcp or udp'), span }
}

/** What the kernel can count in 32 bits, 250 to a second. */
const longestTimeout = 17_179_869

/** `policy = { established: 120, close: 20s }`. */
function parsePolicy(parser: NftablesParser, draft: Draft): void {
  const { cursor } = parser
  cursor.expectSign('=')
  cursor.expectSign('{')
  cursor.skipNewlines()
  while (!cursor.isSign('}')) {
    const state = cursor.expectName('a state')
    cursor.expectSign(':')
    const token = cursor.peek()
    const milliseconds = millisecondsOf(token.text)
    if (milliseconds === null) cursor.fail('a time such as 30s')
    cursor.next()
    draft.policy.push({ state, seconds: Math.floor((milliseconds ?? 0) / 1000) })
    cursor.skipNewlines()
    if (!cursor.takeSign(',')) break
    cursor.skipNewlines()
  }
  cursor.expectSign('}')
  // Told behind the closing brace, so that reading goes on there.
  const wrong = draft.policy.find(({ seconds }) => seconds > longestTimeout)
  if (wrong) {
    refuse('nft-value-range', wrong.state.span, `expected at most ${longestTimeout} seconds, found ${wrong.seconds}`)
  }
}

function objectFrom(kind: ObjectKind, name: Name, draft: Draft, span: ObjectNode['span']): ObjectNode {
  const common = { name, comment: draft.comment, span }
  const needed = <T>(value: T | undefined | null, what: string): T =>
    value ?? refuse('nft-syntax', span, `expected ${what} in the declaration of ${kind} ${name.text}`)
  const family = draft.words.get('l3proto') ?? null
  switch (kind) {
    case 'counter':
      return { kind, ...common, ...draft.counts }
    case 'quota':
      return { kind, ...common, ...(draft.quota ?? { bytes: 0, used: 0, isOver: false }) }
    case 'limit':
      return { kind, ...common, limit: needed(draft.limit, 'a rate') }
    case 'ct helper':
      return {
        kind,
        ...common,
        helper: needed(draft.words.get('type'), 'a type'),
        protocol: needed(draft.words.get('protocol'), 'a protocol'),
        family,
      }
    case 'ct timeout':
      return {
        kind,
        ...common,
        protocol: needed(draft.words.get('protocol'), 'a protocol'),
        family,
        policy: draft.policy,
      }
    case 'ct expectation':
      return {
        kind,
        ...common,
        family,
        protocol: needed(draft.words.get('protocol'), 'a protocol'),
        port: needed(draft.numbers.get('dport'), 'a dport'),
        timeout: needed(draft.numbers.get('timeout'), 'a timeout'),
        size: needed(draft.numbers.get('size'), 'a size'),
      }
  }
}
