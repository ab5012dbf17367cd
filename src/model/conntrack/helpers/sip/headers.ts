/** SIP headers: where one stands and which part of its value counts; RFC 3261, section 7.3, as leniently as nf_conntrack_sip. */

import type { AddressWords } from '../helper.ts'
import { readEndpoint } from './addresses.ts'
import { nextLine, searchValue, skipWhitespace } from './lines.ts'
import { hasWord, isAlphabetic, isBlank, isDigit, Letter, type Span, skipWhile, type Text } from './text.ts'

export interface Header {
  readonly name: string
  /** Compact form, RFC 3261 section 7.3.3; the kernel knows none of some headers. */
  readonly short: string | null
  /** What stands in the value before the part that counts. */
  readonly before: string
  /** The part that counts, from `at`; null: it cannot be read. */
  readonly match: (text: Text, at: number) => Span | null
}

function matchNumber(text: Text, at: number): Span | null {
  const end = skipWhile(text.bytes, at, text.length, isDigit)
  return end > at ? { from: at, length: end - at } : null
}

function matchEndpoint(text: Text, at: number): Span | null {
  const endpoint = readEndpoint(text, at)
  return endpoint && { from: at, length: endpoint.end - at }
}

/** Behind `user@` if there is an @ in the line; else from the beginning. */
const matchUriEndpoint = (text: Text, at: number): Span | null => matchEndpoint(text, skipUser(text, at))

/** Without a loop of its own: a long line may hold thousands of beginnings of a URI. */
function skipUser({ bytes, length }: Text, at: number): number {
  const found = bytes.indexOf(Letter.at, at)
  if (found < 0 || found >= length) return at
  const user = bytes.subarray(at, found)
  return user.includes(Letter.carriageReturn) || user.includes(Letter.newline) ? at : found + 1
}

const addressed = { before: 'sip:', match: matchUriEndpoint } as const

export const cseq: Header = { name: 'CSeq', short: null, before: '', match: matchNumber }
export const from: Header = { name: 'From', short: 'f', ...addressed }
export const to: Header = { name: 'To', short: 't', ...addressed }
export const contact: Header = { name: 'Contact', short: 'm', ...addressed }
export const viaUdp: Header = { name: 'Via', short: 'v', before: 'UDP ', match: matchEndpoint }
export const viaTcp: Header = { name: 'Via', short: 'v', before: 'TCP ', match: matchEndpoint }
export const expires: Header = { name: 'Expires', short: null, before: '', match: matchNumber }
export const contentLength: Header = { name: 'Content-Length', short: 'l', before: '', match: matchNumber }

/** A header whose value cannot be read; the search for another goes on at `from`. */
const unreadable = (from_: number): Span => ({ from: from_, length: 0 })

/**
 * The first such header on a line after `at`: the part of its value that counts. Null: there is none. A length of 0: it is there,
 * and cannot be read. A longer header name that begins with this one ends the search, as in the kernel.
 */
export function findHeader(text: Text, header: Header, at = 0): Span | null {
  const { bytes, length } = text
  for (let next = at; next < length; next++) {
    const line = nextLine(bytes, next, length)
    if (line < 0) continue
    next = line
    if (isBlank(bytes[line])) continue
    const name = nameLength(text, header, line)
    if (name === 0) continue
    const colon = skipWhitespace(bytes, line + name, length)
    if (colon < 0 || bytes[colon] !== Letter.colon || colon + 1 >= length) return null
    const value = skipWhitespace(bytes, colon + 1, length)
    return value < 0 ? null : readValue(text, header, value)
  }
  return null
}

function nameLength(text: Text, header: Header, at: number): number {
  const { bytes, length } = text
  if (length - at >= header.name.length && hasWord(bytes, at, header.name)) return header.name.length
  const { short } = header
  // A letter behind it: it is not the compact form but the beginning of another name.
  const isShort = short && length - at >= 2 && hasWord(bytes, at, short) && !isAlphabetic(bytes[at + 1])
  return isShort ? 1 : 0
}

function readValue(text: Text, header: Header, at: number): Span | null {
  const found = header.before === '' ? at : searchValue(text, at, text.length, header.before)
  if (found < 0) return unreadable(at)
  return header.match(text, found + header.before.length) ?? unreadable(at)
}

/** The next one in a list separated by commas, in the value that `at` is in; answers as {@link findHeader}. */
function findInList(text: Text, header: Header, at: number): Span | null {
  const comma = searchValue(text, at, text.length, ',')
  if (comma < 0) return null
  const found = searchValue(text, comma, text.length, header.before)
  if (found < 0) return null
  const value = found + header.before.length
  return header.match(text, value) ?? unreadable(value)
}

/** Where a walk over all headers of a kind has come to. */
export interface HeaderWalk {
  at: number
  isInList: boolean
}

export const beginWalk = (): HeaderWalk => ({ at: 0, isInList: false })

function step(text: Text, header: Header, walk: HeaderWalk): Span | null {
  let { at } = walk
  for (const find of walk.isInList ? [findInList, findHeader] : [findHeader]) {
    let found = find(text, header, at)
    while (found?.length === 0) {
      at = found.from
      found = find(text, header, at)
    }
    if (found) {
      walk.isInList = true
      return found
    }
  }
  walk.isInList = false
  return null
}

/** The address and port of a URI or of a Via. */
export interface Uri extends Span {
  readonly address: AddressWords
  readonly port: number
}

/** The address of the first such header that can be read, or the next one of a walk; null: there is none left. */
export function findUri(text: Text, header: Header, walk: HeaderWalk = beginWalk()): Uri | null {
  const found = step(text, header, walk)
  const endpoint = found && readEndpoint(text, found.from)
  if (!found || !endpoint) return null
  walk.at = endpoint.end
  return { ...found, address: endpoint.address, port: endpoint.port }
}
