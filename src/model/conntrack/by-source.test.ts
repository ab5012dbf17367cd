import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BySource } from './by-source.ts'
import { recordWords, tupleKind, tupleWords, Word } from './entry.ts'

/** Records one behind the other, with a source address, a source port and zones. */
function records(of: readonly { readonly family: 4 | 6; readonly source: number; readonly zones?: number }[]): {
  readonly bySource: BySource
  readonly entries: number[]
} {
  const words = new Int32Array(64 * (of.length + 1))
  const entries = of.map(({ family, source, zones }, i) => {
    const entry = 64 * (i + 1)
    const kind = tupleKind(family, 17)
    words[entry + Word.kind] = kind
    words[entry + Word.zones] = zones ?? 0
    words[entry + Word.tuples] = source
    words[entry + Word.tuples + tupleWords(kind) - 1] = (1000 << 16) | i
    expect(recordWords(kind, true)).toBeLessThanOrEqual(64)
    return entry
  })
  const bySource = new BySource({ words })
  for (const entry of entries) bySource.add(entry)
  return { bySource, entries }
}

function list(bySource: BySource, family: 4 | 6, source: number, zones = 0): number[] {
  const tuple = new Int32Array(9)
  const kind = tupleKind(family, 17)
  tuple[0] = source
  tuple[tupleWords(kind) - 1] = (1000 << 16) | 53
  const found: number[] = []
  for (let entry = bySource.find(tuple, kind, zones); entry !== 0; entry = bySource.find(tuple, kind, zones, entry))
    found.push(entry)
  return found
}

test('entries of one source, the newest first, whatever their destination', () => {
  const { bySource, entries } = records([
    { family: 4, source: 7 },
    { family: 4, source: 8 },
    { family: 4, source: 7 },
    { family: 6, source: 7 },
    { family: 4, source: 7 },
  ])
  expect(list(bySource, 4, 7)).toEqual([entries[4], entries[2], entries[0]])
  expect(list(bySource, 4, 8)).toEqual([entries[1]])
  expect(list(bySource, 6, 7)).toEqual([entries[3]])
  expect(list(bySource, 4, 9)).toEqual([])
})

test.each([
  ['first', [0, 1, 2], 2],
  ['middle', [0, 1, 2], 1],
  ['last', [0, 1, 2], 0],
])('the %s can be removed, once', (_, all, gone) => {
  const { bySource, entries } = records(all.map(() => ({ family: 4, source: 7 })))
  bySource.remove(entries[gone] ?? 0)
  bySource.remove(entries[gone] ?? 0)
  expect(list(bySource, 4, 7)).toEqual(entries.filter((_entry, i) => i !== gone).reverse())
})

test('a zone of the original direction parts them', () => {
  const { bySource, entries } = records([
    { family: 4, source: 7, zones: 5 | (5 << 16) },
    { family: 4, source: 7 },
    { family: 4, source: 7, zones: 5 },
    { family: 4, source: 7, zones: 9 << 16 },
  ])
  expect(list(bySource, 4, 7, 5 | (5 << 16))).toEqual([entries[0]])
  expect(list(bySource, 4, 7)).toEqual([entries[3], entries[1]])
})

test('order stays, however many there are and whichever go', () => {
  const source = fc.integer({ min: 0, max: 400 })
  fc.assert(
    fc.property(
      fc.array(source, { minLength: 200, maxLength: 1500, size: 'max' }),
      fc.array(fc.nat(1499)),
      (sources, gone) => {
        const { bySource, entries } = records(sources.map((each) => ({ family: 4, source: each })))
        for (const each of gone) bySource.remove(entries[each % entries.length] ?? 0)
        const removed = new Set(gone.map((each) => each % entries.length))
        for (const each of new Set(sources)) {
          const kept = entries.filter((_, i) => sources[i] === each && !removed.has(i))
          expect(list(bySource, 4, each)).toEqual(kept.reverse())
        }
      },
    ),
    { numRuns: 20 },
  )
})
