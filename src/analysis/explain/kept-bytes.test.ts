import { expect, test } from 'vitest'
import { ByteKeeper, keptView } from './kept-bytes.ts'

const bytes = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 255)

test.each([0, 1, 60, 128, 129, 1500, 65_535, 70_000])('%i bytes stay what they were', (length) => {
  const keeper = new ByteKeeper()
  const source = bytes(length + 5, 1)
  const kept = keeper.keep(source, 3, length + 3)
  source.fill(0)
  keeper.keep(bytes(100, 9), 0, 100)
  expect(keptView(kept)).toEqual(bytes(length + 5, 1).slice(3, length + 3))
})

test('a full buffer is left to those that lie in it', () => {
  const keeper = new ByteKeeper()
  const kept = Array.from({ length: 100 }, (_, i) => keeper.keep(bytes(1500, i), 0, 1500))
  for (const [i, one] of kept.entries()) expect(keptView(one)).toEqual(bytes(1500, i))
})
