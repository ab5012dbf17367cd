/** `limit rate [over] N[ UNIT]/PERIOD [burst N [packets|UNIT]]`, and `limit name ...`. */

import type { LimitParameters } from '../../../model/rules/index.ts'
import type { StatementNode } from '../ast.ts'
import type { Cursor } from '../parser/cursor.ts'
import type { Parser } from '../parser/parser.ts'
import { byteUnits } from '../parser/quantity.ts'
import { refuse } from '../refusal.ts'
import { parseObjectName } from './object.ts'
import type { LowerStatement } from './statement.ts'

export const keywords: readonly string[] = ['limit']

const periods: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 }

export const parse = (parser: Parser): StatementNode => {
  const { cursor } = parser
  const start = cursor.start
  cursor.expectWord('limit')
  if (cursor.takeWord('name') || cursor.peek().kind === 'string') return parseObjectName(parser, 'limit', start)
  return { kind: 'limit', limit: parseLimit(cursor), span: cursor.spanFrom(start) }
}

/** From `rate` on. Without `burst` it is 5 packets, or 0 bytes. */
export function parseLimit(cursor: Cursor): LimitParameters {
  cursor.expectOneOf(['rate'], 'rate')
  const isOver = cursor.takeWord('over')
  if (!isOver) cursor.takeWord('until')
  const rateToken = cursor.peek()
  let rate = cursor.expectNumber('a rate', 0xffffffff)
  const { isBytes, factor, period } = parseUnit(cursor)
  rate *= factor
  if (rate === 0) refuse('nft-value-range', cursor.spanOfToken(rateToken), 'expected a rate above 0')
  let burst = isBytes ? 0 : 5
  if (cursor.takeWord('burst')) {
    burst = cursor.expectNumber('a burst', 0xffffffff)
    const word = cursor.expectOneOf(
      ['packets', ...Object.keys(byteUnits)],
      isBytes ? 'bytes, kbytes or mbytes' : 'packets',
    )
    if ((word !== 'packets') !== isBytes) {
      refuse(
        'nft-syntax',
        cursor.spanOfToken(rateToken),
        `expected a burst in ${isBytes ? 'bytes' : 'packets'} as the rate is, found one in ${word}`,
      )
    }
    burst *= byteUnits[word] ?? 1
  }
  return { rate, periodSeconds: periods[period] ?? 1, burst, isBytes, isOver }
}

/** `/second`, ` mbytes/second` (one word to the lexer, since words may hold a slash) or ` mbytes / second`. */
function parseUnit(cursor: Cursor): { isBytes: boolean; factor: number; period: string } {
  const token = cursor.peek()
  const [unit, joined] = token.kind === 'word' ? token.text.split('/') : []
  const factor = byteUnits[unit ?? '']
  if (unit !== undefined && factor === undefined && unit !== 'packets')
    cursor.fail('"/" and a period, or bytes, kbytes or mbytes')
  const what = 'second, minute, hour, day or week'
  if (unit !== undefined) cursor.next()
  if (joined !== undefined && joined !== '') {
    if (periods[joined] === undefined)
      refuse('nft-unknown-key', cursor.spanOfToken(token), `expected ${what}, found "${joined}"`)
    return { isBytes: factor !== undefined, factor: factor ?? 1, period: joined }
  }
  if (joined === undefined) cursor.expectSign('/', 'and a period')
  return { isBytes: factor !== undefined, factor: factor ?? 1, period: cursor.expectOneOf(Object.keys(periods), what) }
}

export const lower: LowerStatement<'limit'> = ({ limit }) => [{ kind: 'limit', limit }]
