/** Times and sizes as nft writes them: `1d2h3m4s5ms`, `90`, `10 mbytes`. */

import type { Cursor } from './cursor.ts'

const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** Milliseconds of a time token's text; null when it is none. A bare number is seconds. */
export function millisecondsOf(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!/^(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?$/.test(text) || text === '') return null
  let sum = 0
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[dhms])/g)) sum += Number(amount) * (units[unit ?? ''] ?? 0)
  return sum
}

/** Reads a time; a bare number is seconds. Milliseconds. */
export function expectTime(cursor: Cursor): number {
  const token = cursor.take('time') ?? cursor.take('string') ?? cursor.take('number')
  const milliseconds = token === null ? null : millisecondsOf(token.text)
  return milliseconds ?? cursor.fail('a time such as 30s or 1h30m')
}

export const byteUnits: Readonly<Record<string, number>> = { bytes: 1, kbytes: 1024, mbytes: 1024 ** 2 }

/** Reads `NUMBER UNIT` of bytes. */
export function expectBytes(cursor: Cursor, what: string): number {
  const amount = cursor.expectNumber(what)
  return amount * (byteUnits[cursor.expectOneOf(Object.keys(byteUnits), 'bytes, kbytes or mbytes')] ?? 1)
}
