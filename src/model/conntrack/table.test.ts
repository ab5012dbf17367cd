import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Word } from './entry.ts'
import { Table } from './table.ts'
import { invertTuple, makeTuple } from './tuple.ts'

const udp = 17
const udp6 = 17 | 0x100

/** A tuple out of few, so that inserting, finding and removing meet each other. */
function tupleOf(number: number, kind: number): Int32Array {
  const tuple = makeTuple()
  tuple[0] = number & 3
  tuple[kind === udp ? 1 : 4] = 0x0a000000 | (number >>> 2)
  tuple[kind === udp ? 2 : 8] = (1000 << 16) | 53
  return tuple
}

function insert(table: Table, number: number, kind: number, zone: number): number {
  const entry = table.allocate(kind, false)
  const inverse = makeTuple()
  const tuple = tupleOf(number, kind)
  invertTuple(tuple, kind, inverse)
  const size = kind === udp ? 3 : 9
  for (let i = 0; i < size; i++) {
    table.words[entry + Word.tuples + i] = tuple[i] ?? 0
    table.words[entry + Word.tuples + size + i] = inverse[i] ?? 0
  }
  table.words[entry + Word.zones] = zone | (zone << 16)
  table.link(entry)
  return entry
}

describe('the table', () => {
  it('behaves as a map from tuples, kinds and zones to entries', () => {
    const act = fc.record({ number: fc.nat(60), is6: fc.boolean(), zone: fc.nat(1), isRemoval: fc.boolean() })
    fc.assert(
      fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
        const table = new Table()
        const model = new Map<string, number>()
        for (const { number, is6, zone, isRemoval } of acts) {
          const kind = is6 ? udp6 : udp
          const key = `${number}/${kind}/${zone}`
          const known = model.get(key)
          if (isRemoval && known !== undefined) {
            table.unlink(known)
            table.discard(known)
            model.delete(key)
          } else if (!isRemoval && known === undefined) model.set(key, insert(table, number, kind, zone))
          const tuple = tupleOf(number, kind)
          const inverse = makeTuple()
          invertTuple(tuple, kind, inverse)
          expect(table.find(tuple, kind, zone, zone)).toBe(model.get(key) ?? 0)
          expect(table.find(inverse, kind, zone, zone)).toBe(model.has(key) ? (model.get(key) ?? 0) | 1 : 0)
        }
        expect(table.count).toBe(model.size)
      }),
      { numRuns: 40 },
    )
  })

  it.each([1, 2, 3])(
    'finds the youngest of several with the same tuple, also when it has grown (%i first)',
    (first) => {
      const table = new Table()
      const ids = first === 1 ? [1, 2, 3] : first === 2 ? [2, 3, 1] : [3, 2, 1]
      const twins = new Map<number, number>()
      for (const id of ids) {
        const entry = table.allocate(udp, false)
        table.words[entry + Word.id] = id
        table.words.set(tupleOf(7, udp).subarray(0, 3), entry + Word.tuples)
        // Only the reply tuples differ, as they may in zones by direction.
        table.words[entry + Word.tuples + 3] = id
        table.link(entry)
        twins.set(id, entry)
      }
      for (let number = 0; number < 2000; number++) insert(table, 100 + number, udp, 1)
      for (const id of [3, 2, 1]) {
        expect(table.find(tupleOf(7, udp), udp, 0, 0)).toBe(twins.get(id))
        table.unlink(twins.get(id) ?? 0)
      }
    },
  )

  it('finds every one of many entries after it has grown, and none after they are gone', () => {
    const table = new Table()
    const entries = Array.from({ length: 20_000 }, (_, number) => insert(table, number, udp, 0))
    const findable = entries.filter((entry, number) => table.find(tupleOf(number, udp), udp, 0, 0) === entry)
    expect(findable).toHaveLength(20_000)
    for (const entry of entries) table.unlink(entry)
    expect(entries.filter((_, number) => table.find(tupleOf(number, udp), udp, 0, 0) !== 0)).toHaveLength(0)
  })

  it('takes at most 200 bytes for an IPv4 flow', () => {
    const table = new Table()
    for (let number = 0; number < 60_000; number++) insert(table, number, udp, 0)
    expect(table.memoryBytes / table.count).toBeLessThan(200)
  })

  it('uses the record of a gone entry again', () => {
    const table = new Table()
    const first = insert(table, 1, udp, 0)
    table.unlink(first)
    table.discard(first)
    expect(insert(table, 2, udp, 0)).toBe(first)
  })
})
