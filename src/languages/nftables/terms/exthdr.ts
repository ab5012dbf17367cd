/** IPv6 extension headers: `frag more-fragments`, `exthdr hbh exists`. */

import { dataTypes } from '../symbols/datatypes.ts'
import { typedOf } from '../lower/typed.ts'
import { refuse } from '../refusal.ts'
import { extensionHeaders } from '../symbols/extension-headers.ts'
import type { LowerTerm, ParseTerm } from './term.ts'

export const keywords: readonly string[] = ['exthdr', ...Object.keys(extensionHeaders).filter((name) => name !== 'ah')]

export const parse: ParseTerm<'exthdr'> = ({ cursor }) => {
  const start = cursor.start
  if (cursor.takeWord('exthdr')) {
    const header = cursor.expectOneOf(Object.keys(extensionHeaders), 'an extension header')
    return { kind: 'exthdr', header, field: null, span: cursor.spanFrom(start) }
  }
  const header = cursor.expectOneOf(Object.keys(extensionHeaders), 'an extension header')
  let field = cursor.expectOneOf([...Object.keys(extensionHeaders[header]?.fields ?? {}), 'addr'], `a field of ${header}`)
  if (field === 'addr' && cursor.takeSign('[')) {
    field = `addr[${cursor.expectNumber('the index of an address', 0)}]`
    cursor.expectSign(']')
  }
  return { kind: 'exthdr', header, field, span: cursor.spanFrom(start) }
}

export const lower: LowerTerm<'exthdr'> = (term, scope) => {
  const header = extensionHeaders[term.header]
  if (!header) return refuse('nft-unknown-key', term.span, `there is no extension header ${term.header}`)
  scope.protocols.needNetwork('ip6', term.span)
  const common = { kind: 'exthdr', header: header.number } as const
  if (term.field === null) {
    return typedOf({ ...common, offset: 0, width: 8, exists: true, name: `exthdr ${term.header}` }, dataTypes.boolean)
  }
  const field = header.fields[term.field]
  if (!field) return refuse('nft-unknown-key', term.span, `${term.header} has no field ${term.field}`)
  const [offset, width, type] = field
  return typedOf({ ...common, offset, width, exists: false, name: `${term.header} ${term.field}` }, type)
}
