/** `meta KEY`, and the keys that may stand without `meta`: what is known of a packet outside its bytes. */

import { typedOf } from '../lower/typed.ts'
import { refuse } from '../refusal.ts'
import { metaNames } from '../symbols/keys.ts'
import type { LowerTerm, ParseTerm } from './term.ts'

const bare = Object.keys(metaNames).filter((name) => metaNames[name]?.bare)

export const keywords: readonly string[] = ['meta', ...bare]

export const parse: ParseTerm<'meta'> = ({ cursor }) => {
  const start = cursor.start
  const isQualified = cursor.takeWord('meta')
  if (cursor.isOneOf(['ibrname', 'obrname', 'ibriport', 'obriport', 'ibrpvid', 'ibrvproto', 'broute', 'ibrhwaddr'])) {
    refuse('nft-unsupported-link', cursor.here(), 'bridge ports do not exist in ip, ip6 and inet tables of the model')
  }
  const key = cursor.expectOneOf(isQualified ? Object.keys(metaNames) : bare, 'a key of meta')
  return { kind: 'meta', key, span: cursor.spanFrom(start) }
}

export const lower: LowerTerm<'meta'> = (term, scope) => {
  const meta = metaNames[term.key]
  if (!meta) return refuse('nft-unknown-key', term.span, `meta has no key ${term.key}`)
  if (meta.key === 'nfproto' && scope.table.family !== 'inet') {
    const hint = `all packets of a table of family ${scope.table.family} are of one protocol; leave it out`
    refuse('nft-unknown-key', term.span, 'meta nfproto is there in tables of family inet only', { hint })
  }
  return typedOf({ kind: 'meta', key: meta.key, width: meta.type.width }, meta.type)
}
