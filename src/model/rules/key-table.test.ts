import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyTable } from './key-table.ts'

const wordsOf = (value: number, words: number): Int32Array =>
  Int32Array.from({ length: words }, (_, i) => (i === words - 1 ? value << 28 : value >> 1))

/** So few keys in sixteen slots and more that they meet, and that runs of them go on from the last slot in the first. */
const step = fc.tuple(fc.constantFrom('insert', 'insert', 'remove'), fc.integer({ min: -20, max: 20 }))

describe.each([1, 2, 4, 5])('a table of keys of %i words', (words) => {
  it('numbers keys as a Map does, whatever is added and removed', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120, size: 'max' }),
        fc.integer({ min: 0, max: 20 }),
        (steps, expected) => {
          const table = new KeyTable(words, expected)
          const numbers = new Map<string, number>()
          for (const [act, value] of steps) {
            const key = wordsOf(value, words)
            const known = numbers.get(key.join())
            expect(table.find([7, ...key], 1)).toBe(known ?? -1)
            if (act === 'insert' && known === undefined) numbers.set(key.join(), table.insert(key, 0))
            if (act === 'remove' && known !== undefined) {
              table.remove(known)
              numbers.delete(key.join())
            }
          }
          expect(table.size).toBe(numbers.size)
          expect([...table.numbers()].sort()).toEqual([...numbers.values()].sort())
          for (const [key, number] of numbers) {
            expect(table.key(number).join()).toBe(key)
            expect(table.find(key.split(',').map(Number), 0)).toBe(number)
          }
        },
      ),
    )
  })

  it('finds words that are written without a sign', () => {
    const table = new KeyTable(words)
    const unsigned = Array.from({ length: words }, () => 0xfffffffe)
    const number = table.insert(unsigned, 0)
    expect([table.find(unsigned, 0), table.find(Int32Array.from(unsigned), 0)]).toEqual([number, number])
  })
})

it('a run of keys over the last slot is mended behind each key that goes', () => {
  const table = new KeyTable(2)
  // Sixteen slots hold nine keys: some of them stand where others belong, in whatever order they go.
  for (let gone = 0; gone < 9; gone++) {
    const keys = Array.from({ length: 9 }, (_, i) => [i + 100 * gone, 5])
    const numbers = keys.map((key) => table.insert(key, 0))
    table.remove(numbers[gone]!)
    expect(keys.map((key) => table.find(key, 0))).toEqual(numbers.map((number, i) => (i === gone ? -1 : number)))
    for (const [i, number] of numbers.entries()) if (i !== gone) table.remove(number)
    expect([table.size, ...table.numbers()]).toEqual([0])
  }
})

it('a number that is kept without a key is nobody’s', () => {
  const table = new KeyTable(1)
  const first = table.insert([1], 0)
  const kept = table.reserve()
  const numbers = Array.from({ length: 40 }, (_, i) => table.insert([i + 2], 0))
  expect(new Set([first, kept, ...numbers]).size).toBe(42)
  expect([...table.numbers()]).not.toContain(kept)
  expect(table.size).toBe(42)
})
