import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareWords, sortedOrder } from '../../rules/index.ts'
import { SortedKeys } from './sorted-keys.ts'

/** Words that meet at the borders of signs and of leading bits. */
const word = fc.oneof(
  fc.constantFrom(0, 1, 2, 0x7fffffff, -0x80000000, -2, -1),
  fc.integer({ min: -20, max: 20 }),
  fc.integer({ min: -0x80000000, max: 0x7fffffff }),
)
const keys = (words: number, most: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(word, { minLength: words, maxLength: words }), { maxLength: most })

const ascending = (list: readonly number[][], words: number): number[][] =>
  [...list].sort((a, b) => compareWords(a, 0, b, 0, words))

describe.each([1, 2, 4])('keys of %i words', (words) => {
  it('are sorted as unsigned numbers, equal ones in their order', () => {
    fc.assert(
      fc.property(keys(words, 100), (list) => {
        const order = [...sortedOrder(Int32Array.from(list.flat()), words)]
        expect(order.map((i) => list[i])).toEqual(ascending(list, words))
        const isStable = order.every((index, i) => {
          const before = order[i - 1]
          return before === undefined || before < index || `${list[before]}` !== `${list[index]}`
        })
        expect(isStable).toBe(true)
      }),
    )
  })

  it('are found as the last one that is not above', () => {
    fc.assert(
      fc.property(keys(words, 100), keys(words, 20), (list, wanted) => {
        const sorted = ascending(list, words)
        const search = new SortedKeys(Int32Array.from(sorted.flatMap((key) => [...key, 7])), words, words + 1)
        for (const key of [...wanted, ...list]) {
          const expected = sorted.findLastIndex((each) => compareWords(each, 0, key, 0, words) <= 0)
          expect(search.lastUpTo([99, ...key], 1)).toBe(expected)
        }
      }),
    )
  })
})

it('ten thousand keys are sorted by digits as by comparing', () => {
  let state = 1
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) | 0
    return state >>> 3
  }
  const list = Int32Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? (next() % 50) - 25 : next() << 2))
  const order = [...sortedOrder(list, 2)]
  const expected = [...order].sort((a, b) => compareWords(list, 2 * a, list, 2 * b, 2) || a - b)
  expect(order).toEqual(expected)
})
