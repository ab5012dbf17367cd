/** `numgen inc|random mod N [offset N]`: numbers in turn or at random. */

import { typedOf } from '../lower/typed.ts'
import { refuse } from '../refusal.ts'
import { integerType } from '../symbols/datatypes.ts'
import type { LowerTerm, ParseTerm } from './term.ts'

export const keywords: readonly string[] = ['numgen']

export const parse: ParseTerm<'numgen'> = ({ cursor }) => {
  const start = cursor.start
  cursor.expectWord('numgen')
  const mode = cursor.expectOneOf(['inc', 'random'], 'inc or random') === 'inc' ? 'inc' : 'random'
  cursor.expectOneOf(['mod'], 'mod')
  const modulus = cursor.expectNumber('a modulus', 0xffffffff)
  const offset = cursor.takeWord('offset') ? cursor.expectNumber('an offset', 0xffffffff) : 0
  const span = cursor.spanFrom(start)
  if (modulus === 0) refuse('nft-value-range', span, 'expected a modulus of at least 1, found 0')
  return { kind: 'numgen', mode, modulus, offset, span }
}

export const lower: LowerTerm<'numgen'> = ({ mode, modulus, offset }) =>
  typedOf({ kind: 'numgen', mode, modulus, offset, width: 32 }, integerType(32))
