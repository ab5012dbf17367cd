import { expect, it } from 'vitest'
import { decisiveWords } from './decisive-words.ts'

const one = [7, 8, 0, 0, /**/ 7, 8, -1, -1]
const two = [7, 9, 0, 0, /**/ 7, 9, -1, -1]

/** Ranges of four words, both ends side by side; the first word that counts, and how many do. */
it.each<[string, number[][], number, number]>([
  ['the one word in which prefixes differ', [one, two], 1, 1],
  ['all but the last of a single range', [one], 1, 1],
  ['words from the first in which they differ', [one, [8, 8, 0, 0, 8, 8, -1, -1]], 0, 2],
  ['words up to the last in which one does not begin with zero', [one, [7, 9, 0, 1, 7, 9, -1, -1]], 1, 3],
  ['words up to the last in which one does not end with ones', [one, [7, 9, 0, 0, 7, 9, -1, -2]], 1, 3],
  ['the first word where a range ends behind what all begin with', [one, [7, 9, 0, 0, 8, 9, -1, -1]], 0, 2],
  ['one word of what is the same in all', [[7, 8, 9, 1, 7, 8, 9, 1]], 3, 1],
  ['one word of everything', [[0, 0, 0, 0, -1, -1, -1, -1]], 0, 1],
])('what counts is %s', (_, ranges, first, count) => {
  const ends = (at: number): Int32Array => Int32Array.from(ranges.flatMap((range) => range.slice(at, at + 4)))
  expect(decisiveWords(ends(0), ends(4), 4)).toEqual({ first, count })
})
