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

export const lower: LowerTerm<'meta'> = (term) => {
  const meta = metaNames[term.key]
  if (!meta) return refuse('nft-unknown-key', term.span, `meta has no key ${term.key}`)
  return typedOf({ kind: 'meta', key: meta.key, width: meta.type.width }, meta.type)
}
