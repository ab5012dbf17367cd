/** `sctp chunk NAME FIELD` and `sctp chunk NAME exists`. */

import { typedOf } from '../lower/typed.ts'
import { dataTypes } from '../symbols/datatypes.ts'
import { sctpChunks } from '../symbols/extension-headers.ts'
import { fieldOf, parseField } from './options.ts'
import type { LowerTerm, ParseTerm } from './term.ts'

export const parse: ParseTerm<'sctp-chunk'> = ({ cursor }) => {
  const start = cursor.start
  cursor.expectWord('sctp')
  cursor.expectWord('chunk')
  const chunk = cursor.expectOneOf(Object.keys(sctpChunks), 'an SCTP chunk')
  const field = parseField(cursor, sctpChunks[chunk], `the SCTP chunk ${chunk}`)
  return { kind: 'sctp-chunk', chunk, field, span: cursor.spanFrom(start) }
}

export const lower: LowerTerm<'sctp-chunk'> = (term) => {
  const chunk = sctpChunks[term.chunk]
  const common = { kind: 'sctp-chunk', chunk: chunk?.number ?? 0 } as const
  if (term.field === null) {
    return typedOf(
      { ...common, offset: 0, width: 8, exists: true, name: `sctp chunk ${term.chunk}` },
      dataTypes.boolean,
    )
  }
  const [offset, width, type] = fieldOf(chunk, `the SCTP chunk ${term.chunk}`, term.field, term.span)
  return typedOf({ ...common, offset, width, exists: false, name: `sctp chunk ${term.chunk} ${term.field}` }, type)
}
