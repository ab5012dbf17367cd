/** Parameters behind an address in a header: `;name=value`, RFC 3261 section 7.3.1; each belongs to its entry of a list only. */

import { type ReadAddress, readHost } from './addresses.ts'
import { searchValue } from './lines.ts'
import { hasWord, readNumber, type Span, type Text } from './text.ts'

/** Where the value of the parameter begins (`name` includes the `=`), and where its entry of the list ends; null: there is none. */
function findParameter(text: Text, at: number, name: string): { at: number; limit: number } | null {
  const comma = searchValue(text, at, text.length, ',')
  const limit = comma < 0 ? text.length : comma
  const found = searchValue(text, at, limit, name)
  return found < 0 ? null : { at: found + name.length, limit }
}

export interface NumberParameter extends Span {
  readonly value: number
}

/** Null: there is none. A length of 0: there is one that is no number. */
export function numberParameter(text: Text, at: number, name: string): NumberParameter | null {
  const found = findParameter(text, at, name)
  if (!found) return null
  const { value, end } = readNumber(text, found.at, found.limit)
  return { value, from: found.at, length: end - found.at }
}

/** Null where there is none that can be read. */
export function addressParameter(
  text: Text,
  at: number,
  name: string,
  areBracketsFree: boolean,
): (Span & Pick<ReadAddress, 'words'>) | null {
  const found = findParameter(text, at, name)
  const address = found && readHost(text, found.at, found.limit, areBracketsFree)
  return address && found && { words: address.words, from: found.at, length: address.end - found.at }
}

const transports: readonly (readonly [string, number])[] = [
  ['TCP', 6],
  ['UDP', 17],
]

/** Whether the `transport=` of a URI, if it has one, is the protocol it came over. */
export function isTransport(text: Text, at: number, protocol: number): boolean {
  const found = findParameter(text, at, 'transport=')
  if (!found) return true
  return transports.find(([name]) => hasWord(text.bytes, found.at, name))?.[1] === protocol
}
