/** `ct [original|reply] KEY`: what conntrack knows of the packet's entry. */

import type { ConntrackKey } from '../../../model/rules/index.ts'
import type { TermOf } from '../ast.ts'
import type { Scope } from '../lower/scope.ts'
import { type Typed, typedOf } from '../lower/typed.ts'
import { refuse } from '../refusal.ts'
import { dataTypes } from '../symbols/datatypes.ts'
import { conntrackNames } from '../symbols/keys.ts'
import type { LowerTerm, ParseTerm } from './term.ts'

export const keywords: readonly string[] = ['ct']

const directed = [
  'saddr',
  'daddr',
  ...Object.keys(conntrackNames).filter((name) => conntrackNames[name]?.direction !== 'never'),
]

export const parse: ParseTerm<'ct'> = ({ cursor }) => {
  const start = cursor.start
  cursor.expectWord('ct')
  const direction = cursor.takeWord('original') ? 'original' : cursor.takeWord('reply') ? 'reply' : null
  if (direction === null) {
    // Only to be written (`ct event set`), never read.
    const key = cursor.expectOneOf([...Object.keys(conntrackNames), 'event'], 'a key of ct')
    return { kind: 'ct', key, direction, family: null, span: cursor.spanFrom(start) }
  }
  const family = cursor.takeWord('ip') ? 4 : cursor.takeWord('ip6') ? 6 : null
  const keys = family === null ? directed : ['saddr', 'daddr']
  const key = cursor.expectOneOf(keys, `a key of ct ${direction}`)
  return { kind: 'ct', key, direction, family, span: cursor.spanFrom(start) }
}

export const lower: LowerTerm<'ct'> = (term, scope) => {
  if (term.key === 'saddr' || term.key === 'daddr') return address(term, term.key, scope)
  const name = conntrackNames[term.key]
  if (!name) return refuse('nft-unknown-key', term.span, `ct ${term.key} can be written but not read`)
  if ((name.key === 'proto-src' || name.key === 'proto-dst') && !scope.protocols.isTransportKnown) {
    refuse(
      'nft-protocol-needed',
      term.span,
      `ct ${term.key} means nothing before the rule has matched a transport protocol`,
      {
        hint: 'write meta l4proto tcp (or the protocol that is meant) before it',
      },
    )
  }
  return typedOf(
    { kind: 'ct', key: name.key, direction: term.direction, family: null, width: name.type.width },
    name.type,
  )
}

function address(term: TermOf<'ct'>, key: ConntrackKey, scope: Scope): Typed {
  if (term.family !== null) scope.protocols.refuseOther(term.family === 4 ? 'ip' : 'ip6', term.span)
  const known = scope.protocols.network?.is ?? null
  const family = term.family ?? (known === null ? null : known === 'ip' ? 4 : 6)
  if (family === null) {
    return refuse('nft-protocol-needed', term.span, `ct ${term.direction} ${term.key} may be IPv4 or IPv6 here`, {
      hint: `write ct ${term.direction} ip ${term.key} or ct ${term.direction} ip6 ${term.key}`,
    })
  }
  const type = family === 4 ? dataTypes.ipv4_addr : dataTypes.ipv6_addr
  // Without a family of its own it is of the entry's, which the rule or the table has come down to.
  return typedOf({ kind: 'ct', key, direction: term.direction, family: term.family, width: type.width }, type)
}
