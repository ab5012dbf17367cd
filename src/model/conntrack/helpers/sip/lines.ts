/** Values of SIP headers over several lines: a line that begins with a blank continues the one before (RFC 3261, section 7.3.1). */

import { hasWord, isBlank, isLineEnd, Letter, skipWhile, type Text } from './text.ts'

/** Behind the line end at `at` and the blanks of the continuation; -1: the next line is no continuation. */
function followContinuation(bytes: Uint8Array, at: number, limit: number): number {
  let next = at + 1
  if (next >= limit) return -1
  if (bytes[at] === Letter.carriageReturn && bytes[next] === Letter.newline && ++next >= limit) return -1
  return isBlank(bytes[next]) ? skipWhile(bytes, next, limit, isBlank) : -1
}

/** Behind blanks, and behind one line end if a continuation follows; -1: nothing is there. */
export function skipWhitespace(bytes: Uint8Array, at: number, limit: number): number {
  let next = skipWhile(bytes, at, limit, isBlank)
  if (next < limit && isLineEnd(bytes[next])) next = followContinuation(bytes, next, limit)
  return next < limit ? next : -1
}

/**
 * Where `needle` stands in the header's value that `at` is in; -1: nowhere. As in the kernel, it is not found at the very end of
 * the message, nor as the first letter of a continued line.
 */
export function searchValue(text: Text, at: number, limit: number, needle: string): number {
  const { bytes } = text
  const last = limit - needle.length
  let next = at
  while (next < last) {
    if (isLineEnd(bytes[next])) {
      next = followContinuation(bytes, next, last)
      if (next < 0) return -1
    } else if (hasWord(bytes, next, needle)) return next
    next++
  }
  return -1
}

/** The first letter of the line behind the line end at `at`; -1: `at` is no line end, or the message ends with it. */
export function nextLine(bytes: Uint8Array, at: number, limit: number): number {
  if (!isLineEnd(bytes[at])) return -1
  const next = at + (bytes[at] === Letter.carriageReturn && bytes[at + 1] === Letter.newline && at + 1 < limit ? 2 : 1)
  return next < limit ? next : -1
}
