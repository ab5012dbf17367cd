/** `ip option NAME FIELD` and `ip option NAME exists`. */

import { typedOf } from '../lower/typed.ts'
import { dataTypes } from '../symbols/datatypes.ts'
import { ipOptions } from '../symbols/extension-headers.ts'
import { fieldOf, parseField } from './options.ts'
import type { LowerTerm, ParseTerm } from './term.ts'

export const parse: ParseTerm<'ip-option'> = ({ cursor }) => {
  const start = cursor.start
  cursor.expectWord('ip')
  cursor.expectWord('option')
  const option = cursor.expectOneOf(Object.keys(ipOptions), 'an IPv4 option')
  const field = parseField(cursor, ipOptions[option], `the IPv4 option ${option}`)
  return { kind: 'ip-option', option, field, span: cursor.spanFrom(start) }
}

export const lower: LowerTerm<'ip-option'> = (term, scope) => {
  scope.atStart(() => scope.protocols.needNetwork('ip', term.span))
  const option = ipOptions[term.option]
  const common = { kind: 'ip-option', option: option?.number ?? 0 } as const
  if (term.field === null) {
    return typedOf(
      { ...common, offset: 0, width: 8, exists: true, name: `ip option ${term.option}` },
      dataTypes.boolean,
    )
  }
  const [offset, width, type] = fieldOf(option, `the IPv4 option ${term.option}`, term.field, term.span)
  return typedOf({ ...common, offset, width, exists: false, name: `ip option ${term.option} ${term.field}` }, type)
}
