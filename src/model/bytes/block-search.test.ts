import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Block4, BlockSearch } from './block-search.ts'

const isIn = (address: number, { word, length }: Block4): boolean =>
  length === 0 || (address ^ word) >>> (32 - length) === 0

/** Few different bits, so that blocks hold each other and addresses fall on their edges. */
const word = fc
  .tuple(fc.constantFrom(0, 10, 127, 192, 255), fc.constantFrom(0, 1, 128, 255), fc.nat(255))
  .map(([first, second, last]) => (first << 24) | (second << 16) | last)
const blocks = fc
  .array(fc.record({ word, length: fc.constantFrom(0, 1, 7, 8, 9, 16, 24, 31, 32) }), { maxLength: 12 })
  .map((list) => list.sort((a, b) => b.length - a.length))

describe('a search of blocks', () => {
  it('finds the first block that holds an address', () => {
    fc.assert(
      fc.property(blocks, fc.array(word), (list, addresses) => {
        const search = new BlockSearch(list)
        for (const address of [...addresses, ...list.map((block) => block.word)]) {
          expect(search.find(address)).toBe(list.findIndex((block) => isIn(address, block)))
          const single = list.findIndex((block) => block.length === 32 && block.word === address)
          expect(search.findSingle(address)).toBe(single)
        }
      }),
      { numRuns: 300 },
    )
  })
})
