/** IPv6 extension headers: `frag more-fragments`, `exthdr hbh exists`. */

import { typedOf } from '../lower/typed.ts'
import { refuse } from '../refusal.ts'
import { dataTypes } from '../symbols/datatypes.ts'
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
  const fields = Object.keys(extensionHeaders[header]?.fields ?? {})
  let field = cursor.expectOneOf(
    fields.map((name) => name.replace('[]', '')),
    `a field of ${header}`,
  )
  if (fields.includes(`${field}[]`)) {
    cursor.expectSign('[')
    field = `${field}[${cursor.expectNumber('the index of an address', 127)}]`
    cursor.expectSign(']')
  }
  return { kind: 'exthdr', header, field, span: cursor.spanFrom(start) }
}

export const lower: LowerTerm<'exthdr'> = (term, scope) => {
  const header = extensionHeaders[term.header]
  if (!header) return refuse('nft-unknown-key', term.span, `there is no extension header ${term.header}`)
  scope.atStart(() => scope.protocols.needNetwork('ip6', term.span))
  const common = { kind: 'exthdr', header: header.number } as const
  if (term.field === null) {
    return typedOf({ ...common, offset: 0, width: 8, exists: true, name: `exthdr ${term.header}` }, dataTypes.boolean)
  }
  const index = Number(/\[(\d+)\]/.exec(term.field)?.[1] ?? 0)
  const field = header.fields[term.field.replace(/\[\d+\]/, '[]')]
  if (!field) return refuse('nft-unknown-key', term.span, `${term.header} has no field ${term.field}`)
  const [first, width, type] = field
  const offset = first + index * width
  return typedOf({ ...common, offset, width, exists: false, name: `${term.header} ${term.field}` }, type)
}
