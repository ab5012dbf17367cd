/** `rt KEY`: the route that was chosen for the packet. */

import { typedOf } from '../lower/typed.ts'
import { refuse } from '../refusal.ts'
import { dataTypes, integerType } from '../symbols/datatypes.ts'
import type { LowerTerm, ParseTerm } from './term.ts'

export const keywords: readonly string[] = ['rt']

const keys = ['classid', 'nexthop', 'mtu', 'ipsec'] as const

/** Whether `rt` here is the route and not the IPv6 routing header. */
export const begins = (next: string): boolean => next === 'ip' || next === 'ip6' || keys.some((key) => key === next)

export const parse: ParseTerm<'rt'> = ({ cursor }) => {
  const start = cursor.start
  cursor.expectWord('rt')
  const family = cursor.takeWord('ip') ? 4 : cursor.takeWord('ip6') ? 6 : null
  const word = cursor.expectOneOf(family === null ? keys : ['nexthop'], 'classid, nexthop, mtu or ipsec')
  const key = keys.find((known) => known === word) ?? 'nexthop'
  return { kind: 'rt', key, family, span: cursor.spanFrom(start) }
}

export const lower: LowerTerm<'rt'> = (term, scope) => {
  if (term.key === 'classid') return typedOf({ kind: 'rt', key: 'classid', width: 32 }, dataTypes.realm)
  if (term.key === 'mtu') return typedOf({ kind: 'rt', key: 'mtu', width: 16 }, integerType(16))
  if (term.key === 'ipsec') return typedOf({ kind: 'rt', key: 'ipsec', width: 8 }, dataTypes.boolean)
  const known = scope.protocols.network
  const family = term.family ?? (known === null ? null : known.is === 'ip' ? 4 : 6)
  if (family === null) {
    return refuse('nft-protocol-needed', term.span, 'rt nexthop may be IPv4 or IPv6 here', {
      hint: 'write rt ip nexthop or rt ip6 nexthop',
    })
  }
  return family === 4
    ? typedOf({ kind: 'rt', key: 'nexthop4', width: 32 }, dataTypes.ipv4_addr)
    : typedOf({ kind: 'rt', key: 'nexthop6', width: 128 }, dataTypes.ipv6_addr)
}
