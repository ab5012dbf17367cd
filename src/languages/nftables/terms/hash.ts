/** `jhash EXPRESSION mod N [seed N] [offset N]` and `symhash mod N [offset N]`. */

import { typedOf } from '../lower/typed.ts'
import { refuse } from '../refusal.ts'
import { integerType } from '../symbols/datatypes.ts'
import type { LowerTerm, ParseTerm } from './term.ts'

export const keywords: readonly string[] = ['jhash', 'symhash']

export const parse: ParseTerm<'hash'> = (parser) => {
  const { cursor } = parser
  const start = cursor.start
  const type = cursor.takeWord('symhash') ? 'symhash' : 'jhash'
  if (type === 'jhash') cursor.expectWord('jhash')
  const of = type === 'jhash' ? parser.expression() : null
  cursor.expectOneOf(['mod'], 'mod')
  const modulus = cursor.expectNumber('a modulus', 0xffffffff)
  const seed = type === 'jhash' && cursor.takeWord('seed') ? cursor.expectNumber('a seed', 0xffffffff) : null
  const offset = cursor.takeWord('offset') ? cursor.expectNumber('an offset', 0xffffffff) : 0
  const span = cursor.spanFrom(start)
  if (modulus === 0) refuse('nft-value-range', span, 'expected a modulus of at least 1, found 0')
  return { kind: 'hash', type, of, modulus, seed, offset, span }
}

export const lower: LowerTerm<'hash'> = ({ type, of, modulus, seed, offset }, scope) => {
  const hashed = of === null ? null : scope.value(of, null).value
  return typedOf({ kind: 'hash', type, of: hashed, modulus, seed, offset, width: 32 }, integerType(32))
}
