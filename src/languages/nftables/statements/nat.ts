/**
 * `snat|dnat [ip|ip6] [prefix|interval] to ADDRESS[-ADDRESS][:PORT[-PORT]] [flags]`, `... addr . port to MAP`, `masquerade`,
 * `redirect`; addresses and ports may be maps.
 */

import type { NatFlag, NatNode } from '../ast.ts'
import { lowerNat } from '../lower/nat.ts'
import type { Cursor } from '../parser/cursor.ts'
import type { Parser } from '../parser/parser.ts'
import type { LowerStatement, ParseStatement } from './statement.ts'

const types = ['snat', 'dnat', 'masquerade', 'redirect'] as const

export const keywords: readonly string[] = types

export const parse: ParseStatement<'nat'> = (parser) => {
  const { cursor } = parser
  const start = cursor.start
  const word = cursor.expectOneOf(types, 'snat, dnat, masquerade or redirect')
  const type = types.find((known) => known === word) ?? 'snat'
  const target = type === 'snat' || type === 'dnat' ? parseTarget(parser) : parsePorts(parser, type)
  return { kind: 'nat', type, ...target, flags: parseFlags(cursor), span: cursor.spanFrom(start) }
}

type Target = Omit<NatNode, 'kind' | 'type' | 'flags' | 'span'>

function parseTarget(parser: Parser): Target {
  const { cursor } = parser
  const family = parseFamily(cursor)
  const form = parseForm(cursor)
  if (family !== null || form !== 'plain') cursor.expectOneOf(['to'], 'to')
  // Older nft knew no "to".
  else cursor.takeWord('to')
  // nft knows no family where there is no address.
  if (family === null && form === 'plain' && cursor.takeSign(':'))
    return { family, form, address: null, port: parser.expression() }
  const address = parser.expression()
  return { family, form, address, port: form === 'plain' && cursor.takeSign(':') ? parser.expression() : null }
}

function parseFamily(cursor: Cursor): NatNode['family'] {
  // Without "to" it is a match of the packet: `dnat ip saddr map ...`.
  if (!cursor.isOneOf(['ip', 'ip6']) || !cursor.isOneOf(['to', 'addr', 'interval', 'prefix'], 1)) return null
  const span = cursor.here()
  return { is: cursor.next().text === 'ip' ? 'ip' : 'ip6', span }
}

function parseForm(cursor: Cursor): NatNode['form'] {
  if (cursor.takeWord('prefix')) return 'prefix'
  if (cursor.takeWord('interval')) return 'interval'
  if (!cursor.takeWord('addr')) return 'plain'
  cursor.expectSign('.')
  cursor.expectOneOf(['port'], 'port')
  return 'address and port'
}

/** `redirect to 80` is the same as `redirect to :80`. */
function parsePorts(parser: Parser, type: 'masquerade' | 'redirect'): Target {
  const { cursor } = parser
  const nothing = { family: null, form: 'plain', address: null } as const
  if (!cursor.takeWord('to')) return { ...nothing, port: null }
  if (type === 'masquerade') cursor.expectSign(':', 'and a port')
  else cursor.takeSign(':')
  return { ...nothing, port: parser.expression() }
}

const flags: readonly NatFlag[] = ['random', 'fully-random', 'persistent']

/** Of several lists nft keeps the last. */
function parseFlags(cursor: Cursor): readonly NatFlag[] | null {
  let found: NatFlag[] | null = null
  while (cursor.isOneOf(flags)) {
    found = []
    do {
      const word = cursor.expectOneOf(flags, 'random, fully-random or persistent')
      found.push(flags.find((known) => known === word) ?? 'random')
    } while (cursor.takeSign(','))
  }
  return found
}

export const lower: LowerStatement<'nat'> = (node, scope) => [lowerNat(node, scope)]
