/** Session descriptions: lines of one letter and their addresses and ports; RFC 4566, as nf_conntrack_sip reads them. */

import type { AddressWords } from '../helper.ts'
import { startsWith } from '../payload-words.ts'
import { readAddress } from './addresses.ts'
import { nextLine } from './lines.ts'
import {
  hasWord,
  isAlphabetic,
  isDigit,
  isLineEnd,
  Letter,
  readNumber,
  type Span,
  skipWhile,
  spanOf,
  type Text,
} from './text.ts'

/** `version` begins a description; `owner` is `o=`, `media` begins the description of one stream. */
export type SdpLine = 'version' | 'owner' | 'connection' | 'media'

const begins = { version: 'v=', owner: 'o=', connection: 'c=', media: 'm=' } as const

/**
 * The first such line after the one that `at` is in, and before the next line of kind `until`: the part that counts (a number, an
 * address, or a media type and port). Null where there is none, or where the first of them cannot be read.
 */
export function findSdpLine(text: Text, kind: SdpLine, at: number, until: SdpLine | null = null): Span | null {
  const { bytes, length } = text
  for (let next = at; next < length; next++) {
    const line = nextLine(bytes, next, length)
    if (line < 0) continue
    next = line
    if (length - line < 2) continue
    if (until && hasWord(bytes, line, begins[until])) return null
    if (hasWord(bytes, line, begins[kind])) return readLine(text, kind, line + 2)
  }
  return null
}

function readLine(text: Text, kind: SdpLine, at: number): Span | null {
  const { bytes, length } = text
  const end = kind === 'version' ? skipWhile(bytes, at, length, isDigit) : kind === 'media' ? mediaEnd(text, at) : -1
  if (end >= 0) return end > at ? spanOf(at, end) : null
  const value = searchLine(text, at, text.family === 4 ? 'IN IP4 ' : 'IN IP6 ')
  const address = value < 0 ? null : readAddress(text, value)
  return address && spanOf(value, address.end)
}

/** Behind `needle` in the line that `at` is in; not at the very end of the message. */
function searchLine(text: Text, at: number, needle: string): number {
  const last = text.length - needle.length
  for (let next = at; next < last && !isLineEnd(text.bytes[next]); next++) {
    if (startsWith(text.bytes, next, needle)) return next + needle.length
  }
  return -1
}

/** Letters, one space, digits; `at` when it is not so. */
function mediaEnd(text: Text, at: number): number {
  const { bytes, length } = text
  const space = skipWhile(bytes, at, length, isAlphabetic)
  return space < length && bytes[space] === Letter.space ? skipWhile(bytes, space + 1, length, isDigit) : at
}

export interface Connection extends Span {
  readonly address: AddressWords
}

/** The `c=` line between `at` and the next `m=` line. */
export function findConnection(text: Text, at: number): Connection | null {
  const span = findSdpLine(text, 'connection', at, 'media')
  const address = span && readAddress(text, span.from, span.from + span.length)
  return address && { ...span, address: address.words }
}

/** Classes of expectations, as ctnetlink numbers them. */
export const SipClass = { signalling: 0, audio: 1, video: 2, image: 3 } as const

const mediaTypes = [
  ['audio ', SipClass.audio],
  ['video ', SipClass.video],
  ['image ', SipClass.image],
] as const

/** So many streams of a description are looked at. */
export const maximumMedia: number = mediaTypes.length

/** The span is the port's digits. */
export interface Media extends Span {
  readonly class: number
  readonly port: number
}

/** The next stream behind `at` that is audio, video or an image and not switched off (port 0). */
export function nextMedia(text: Text, at: number): Media | null {
  let span = findSdpLine(text, 'media', at)
  while (span) {
    const { from, length } = span
    const type = mediaTypes.find(([name]) => length >= name.length && startsWith(text.bytes, from, name))
    const digits = type ? from + type[0].length : from + length
    const { value } = readNumber(text, digits)
    if (type && value !== 0) return { from: digits, length: length - type[0].length, class: type[1], port: value }
    span = findSdpLine(text, 'media', digits)
  }
  return null
}
