/** `tcp option NAME FIELD`, `tcp option NAME exists`, `tcp option 254 exists`, `tcp option @KIND,OFFSET,WIDTH`. */

import type { Term, TermOf } from '../ast.ts'
import { typedOf } from '../lower/typed.ts'
import type { Parser } from '../parser/parser.ts'
import { dataTypes, integerType } from '../symbols/datatypes.ts'
import { tcpOptions } from '../symbols/extension-headers.ts'
import { fieldOf, parseField } from './options.ts'
import type { LowerTerm } from './term.ts'

export const parse = ({ cursor }: Parser): Term => {
  const start = cursor.start
  cursor.expectWord('tcp')
  cursor.expectWord('option')
  if (cursor.takeSign('@')) {
    const option = cursor.expectNumber('the kind of an option', 255)
    cursor.expectSign(',')
    const offset = cursor.expectNumber('an offset in bits', 255 * 8)
    cursor.expectSign(',')
    const width = cursor.expectNumber('a width in bits', 64)
    return {
      kind: 'raw-tcp-option',
      option,
      offset,
      width: Math.max(1, width),
      exists: false,
      span: cursor.spanFrom(start),
    }
  }
  if (cursor.peek().kind === 'number') {
    const option = cursor.expectNumber('the kind of an option', 255)
    return { kind: 'raw-tcp-option', option, offset: 0, width: 8, exists: true, span: cursor.spanFrom(start) }
  }
  const option = cursor.expectOneOf(Object.keys(tcpOptions), 'a TCP option')
  const field = parseField(cursor, tcpOptions[option], `the TCP option ${option}`)
  return { kind: 'tcp-option', option, field, span: cursor.spanFrom(start) }
}

/** `tcp option NAME` alone, as `reset` has it. */
export const parseName = ({ cursor }: Parser): Term => {
  const start = cursor.start
  cursor.expectOneOf(['tcp'], 'tcp option')
  cursor.expectOneOf(['option'], 'option')
  if (cursor.peek().kind === 'number') {
    const option = cursor.expectNumber('the kind of an option', 255)
    return { kind: 'raw-tcp-option', option, offset: 0, width: 8, exists: true, span: cursor.spanFrom(start) }
  }
  const option = cursor.expectOneOf(Object.keys(tcpOptions), 'a TCP option')
  return { kind: 'tcp-option', option, field: null, span: cursor.spanFrom(start) }
}

export const lower: LowerTerm<'tcp-option'> = (term) => {
  const option = tcpOptions[term.option]
  const common = { kind: 'tcp-option', option: option?.number ?? 0 } as const
  if (term.field === null) {
    return typedOf(
      { ...common, offset: 0, width: 8, exists: true, name: `tcp option ${term.option}` },
      dataTypes.boolean,
    )
  }
  const [offset, width, type] = fieldOf(option, `the TCP option ${term.option}`, term.field, term.span)
  return typedOf({ ...common, offset, width, exists: false, name: `tcp option ${term.option} ${term.field}` }, type)
}

export const lowerRaw: LowerTerm<'raw-tcp-option'> = ({ option, offset, width, exists }: TermOf<'raw-tcp-option'>) =>
  typedOf(
    {
      kind: 'tcp-option',
      option,
      offset,
      width,
      exists,
      name: exists ? `tcp option ${option}` : `tcp option @${option},${offset},${width}`,
    },
    exists ? dataTypes.boolean : integerType(width),
  )
