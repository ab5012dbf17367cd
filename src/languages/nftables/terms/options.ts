/** What TCP options, IPv4 options and SCTP chunks share: looked up by name, then a field or `exists`. */

import type { Source } from '../../../model/rules/index.ts'
import type { Cursor } from '../parser/cursor.ts'
import { refuse } from '../refusal.ts'
import type { Extension } from '../symbols/extension-headers.ts'
import type { Field } from '../symbols/headers.ts'

/** The field's name, or null when `exists` or `missing` follows instead, or a comparison of presence. */
export function parseField(cursor: Cursor, known: Extension | undefined, what: string): string | null {
  const next = cursor.peek()
  if (next.kind === 'sign' || cursor.isOneOf(['exists', 'missing'])) return null
  const field = cursor.expectOneOf(
    [...Object.keys(known?.fields ?? {}), 'seq'],
    `a field of ${what}, exists or missing`,
  )
  return field
}

export function fieldOf(known: Extension | undefined, name: string, field: string, span: Source): Field {
  return known?.fields[field] ?? refuse('nft-unknown-key', span, `${name} has no field ${field}`)
}
