/** Bytes of a SIP message as letters, digits and lines, the way nf_conntrack_sip reads them: Latin-1, no string ends. */

/** What is read: the message is the first `length` bytes; behind it may stand others of the same packet. */
export interface Text {
  readonly bytes: Uint8Array
  readonly length: number
  readonly family: 4 | 6
}

/** Bytes `from` to `from + length` of a message. */
export interface Span {
  readonly from: number
  readonly length: number
}

export const spanOf = (from: number, to: number): Span => ({ from, length: to - from })

export const Letter = {
  tab: 9,
  newline: 10,
  carriageReturn: 13,
  space: 32,
  dot: 46,
  colon: 58,
  at: 64,
  bracketOpen: 91,
  bracketClose: 93,
} as const

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57

export const isBlank = (byte: number | undefined): boolean => byte === Letter.space || byte === Letter.tab

export const isLineEnd = (byte: number | undefined): boolean =>
  byte === Letter.carriageReturn || byte === Letter.newline

const multiplication = 0xd7
const division = 0xf7

/** The kernel's isalpha knows the letters of Latin-1. */
export function isAlphabetic(byte: number | undefined): boolean {
  if (byte === undefined) return false
  if (byte >= 0xc0) return byte !== multiplication && byte !== division
  const small = byte | 0x20
  return small >= 97 && small <= 122
}

const lower = (byte: number | undefined): number => {
  const code = byte ?? -1
  return code >= 65 && code <= 90 ? code + 32 : code
}

/** Whether `word` (ASCII) stands at `at`, in capitals or not. */
export function hasWord(bytes: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (lower(bytes[at + i]) !== lower(word.charCodeAt(i))) return false
  return true
}

/** Where the digits (or letters) that begin at `at` end. */
export function skipWhile(
  bytes: Uint8Array,
  at: number,
  limit: number,
  isMember: (byte: number | undefined) => boolean,
): number {
  let end = at
  while (end < limit && isMember(bytes[end])) end++
  return end
}

/** Eleven digits: as many as the kernel reads of a number before it gives up. */
const longestNumber = 11
const largestNumber = 0xffff_ffff

/** The decimal number at `at`, and where it ends; a number beyond 32 bits is 0 of no length. */
export function readNumber(text: Text, at: number, limit: number = text.length): { value: number; end: number } {
  const end = skipWhile(text.bytes, at, limit, isDigit)
  if (end - at > longestNumber) return { value: 0, end: at }
  let value = 0
  for (let i = at; i < end; i++) value = value * 10 + text.bytes[i]! - 48
  return value > largestNumber ? { value: 0, end: at } : { value, end }
}
