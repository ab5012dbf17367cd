import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PackedElements, type SetElement } from '../../rules/index.ts'
import { element, keyField, nowhere, set, testMachine } from '../rules.fixture.ts'
import { buildStore } from './build-store.ts'
import { ExactStore } from './exact-store.ts'
import { IntervalStore } from './interval-store.ts'
import { RangeStore } from './range-store.ts'
import type { SetStore } from './set-store.ts'

const byte = keyField('integer', 8)
const word = keyField('integer', 32)
const wide = keyField('integer', 40)

/** Whether the element holds the key, field by field and word by word: what every store must answer. */
function holds(each: SetElement, key: readonly number[], words: readonly number[]): boolean {
  let at = 0
  return words.every((count) => {
    const value = (list: readonly number[]): bigint =>
      list.slice(at, at + count).reduce((sum, next) => (sum << 32n) | BigInt(next >>> 0), 0n)
    const isIn = value(each.from) <= value(key) && value(key) <= value(each.to)
    at += count
    return isIn
  })
}

function found(store: SetStore, key: readonly number[]): readonly number[] | null {
  const number = store.find(Int32Array.from(key), 0)
  return number < 0 ? null : (store.key(number)?.from ?? [])
}

const fields = { byte, word, wide } as const
/** Small numbers near the borders of words, so that ranges meet and overlap. */
const numbers = {
  byte: fc.integer({ min: 0, max: 255 }),
  word: fc.constantFrom(0, 1, 5, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
}

const partOf = (name: keyof typeof fields): fc.Arbitrary<number[]> =>
  name === 'byte'
    ? numbers.byte.map((n) => [n])
    : name === 'word'
      ? numbers.word.map((n) => [n | 0])
      : fc
          .tuple(
            numbers.word.map((n) => n | 0),
            numbers.byte,
          )
          .map(([high, low]) => [high, low])

const orderOf = (value: readonly number[]): bigint => value.reduce((sum, next) => (sum << 32n) | BigInt(next >>> 0), 0n)

const rangeOf = (name: keyof typeof fields): fc.Arbitrary<[number[], number[]]> =>
  fc.tuple(partOf(name), partOf(name)).map(([a, b]) => (orderOf(a) <= orderOf(b) ? [a, b] : [b, a]))

const shapes: readonly (readonly (keyof typeof fields)[])[] = [
  ['byte'],
  ['word'],
  ['wide'],
  ['word', 'byte'],
  ['word', 'word'],
  ['byte', 'wide', 'byte'],
]

describe('set stores', () => {
  it.each(shapes.map((shape) => [shape.join(' . '), shape] as const))(
    'of %s find what a linear scan finds',
    (_, shape) => {
      const words = shape.map((name) => fields[name].words)
      const keys = fc.tuple(...shape.map(partOf)).map((parts) => parts.flat())
      const ranges = fc.tuple(...shape.map(rangeOf)).map((parts) =>
        element(
          parts.flatMap(([from]) => from),
          parts.flatMap(([, to]) => to),
        ),
      )
      fc.assert(
        fc.property(
          fc.array(ranges, { maxLength: 60, size: 'max' }),
          fc.array(keys, { minLength: 20, maxLength: 20 }),
          (elements, probes) => {
            const store = buildStore(
              set(
                shape.map((name) => fields[name]),
                elements,
              ),
              testMachine(),
            )
            for (const key of [
              ...probes,
              ...elements.map(({ from }) => [...from]),
              ...elements.map(({ to }) => [...to]),
            ]) {
              const expected = elements.find((each) => holds(each, key, words))
              // Of several the first one written.
              if (store instanceof RangeStore) expect(found(store, key)).toEqual(expected?.from ?? null)
              else expect(found(store, key) !== null).toBe(expected !== undefined)
            }
          },
        ),
        { numRuns: 40 },
      )
    },
  )

  /** Prefixes that begin alike and end in the same word, or that do not. */
  const prefix = (lengths: readonly number[]): fc.Arbitrary<SetElement> =>
    fc
      .tuple(
        fc.constantFrom(...lengths),
        fc.constantFrom(5, -5),
        fc.array(numbers.word, { minLength: 3, maxLength: 3 }),
      )
      .map(([length, first, rest]) => {
        const within = [0, 1, 2, 3].map((i) =>
          length >= 32 * (i + 1) ? 0 : length <= 32 * i ? -1 : -1 >>> (length % 32),
        )
        const from = [first, ...rest].map((n, i) => n & ~within[i]!)
        return element(
          from,
          from.map((n, i) => n | within[i]!),
        )
      })

  it.each([[[64]], [[50, 64]], [[40, 64, 128]], [[96]], [[20, 33, 100]]])(
    'of prefixes of %j bits find what a linear scan finds, and list them whole',
    (lengths) => {
      fc.assert(
        fc.property(fc.boolean(), fc.array(prefix(lengths), { minLength: 1, maxLength: 12 }), (isAlike, list) => {
          const alike = list.filter(({ from }) => from[0] === list[0]!.from[0])
          const apart = (isAlike ? alike : list).filter(
            (each, i, all) =>
              !all.slice(0, i).some((other) => holds(other, each.from, [4]) || holds(each, other.from, [4])),
          )
          const any = element([], [], { isCatchAll: true })
          const store = buildStore(set([keyField('ipv6', 128)], [...apart, any]), testMachine())
          const probes = list.flatMap(({ from, to }) => [
            from,
            to,
            [...from].with(0, 9),
            [...to].with(2, 3),
            [...from].with(3, from[3]! - 1),
            [...to].with(1, to[1]! + 1),
          ])
          for (const key of probes)
            expect(found(store, key)).toEqual(apart.find((each) => holds(each, key, [4]))?.from ?? [])
          const listed = [...store.all()].map((each) => store.key(each)).filter((key) => key !== null)
          expect(new Set(listed.map(({ from, to }) => `${from}-${to}`))).toEqual(
            new Set(apart.map(({ from, to }) => `${from}-${to}`)),
          )
        }),
      )
    },
  )

  it('of exact keys follow additions and removals like a Set', () => {
    const step = fc.tuple(fc.constantFrom('add', 'remove'), fc.integer({ min: 0, max: 40 }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const store = new ExactStore(set([byte], []), 1, testMachine().elements(), 0, 1000)
        const expected = new Set<number>()
        for (const [act, value] of steps) {
          const key = Int32Array.of(value * 64)
          if (act === 'remove') store.remove(key, 0)
          else if (store.find(key, 0) < 0) store.add(key, 0)
          if (act === 'remove') expected.delete(value)
          else expected.add(value)
        }
        const held = [...store.all()].map((each) => (store.key(each)?.from[0] ?? -1) / 64)
        expect(held.sort((a, b) => a - b)).toEqual([...expected].sort((a, b) => a - b))
        for (let value = 0; value <= 40; value++) expect(store.findWord(value * 64) >= 0).toBe(expected.has(value))
      }),
      { numRuns: 40 },
    )
  })

  const choose = (elements: readonly SetElement[], more: Parameters<typeof set>[2] = {}, key = [word]): unknown =>
    buildStore(set(key, elements, more), testMachine()).constructor
  it('are chosen by what the elements are', () => {
    expect(choose([element([1]), element([2])], { isInterval: true })).toBe(ExactStore)
    expect(choose([element([1], [5]), element([6], [9])])).toBe(IntervalStore)
    expect(choose([element([1], [5]), element([2], [3])])).toBe(RangeStore)
    expect(choose([element([1, 1], [5, 1])], {}, [word, byte])).toBe(RangeStore)
  })

  it('let elements die at their time, and the catch-all take their place', () => {
    const machine = testMachine()
    const elements = [element([1], [1], { timeout: 100 }), element([2]), element([], [], { isCatchAll: true })]
    const definition = set([word], elements, { hasTimeout: true })
    const store = buildStore(definition, machine)
    const [mortal, lasting, any] = [1, 2, 3].map((key) => store.find(Int32Array.of(key), 0))
    machine.around.clock = 100
    expect([mortal === any, store.find(Int32Array.of(1), 0), store.find(Int32Array.of(2), 0)]).toEqual([
      false,
      any,
      lasting,
    ])
  })

  it('put the indices of interfaces in place of their names', () => {
    const named = element([0], [0], { interfaceNames: ['wan'] })
    const store = buildStore(set([keyField('iface_index', 32)], [named]), testMachine())
    expect(found(store, [3])).toEqual([3])
  })

  it('are the same of packed elements', () => {
    const scattered = (i: number): number => Math.imul(i, 0x9e3779b1)
    const keys = Array.from({ length: 3000 }, (_, i) => [scattered(i % 1000) & -4096, 10 * (i % 7)] as const)
    const cases = [
      { key: [word], from: keys.map(([n]) => n + 1).slice(0, 1000), length: 0 },
      { key: [word], from: keys.map(([n]) => n).slice(0, 1000), length: 9 },
      { key: [word, byte], from: keys.flat(), length: 5 },
      { key: [wide, byte], from: keys.flatMap(([n, m]) => [n, m, m]), length: 200 },
    ]
    for (const { from, key, length } of cases) {
      const words = key.reduce((sum, field) => sum + field.words, 0)
      const lower = Int32Array.from(from)
      const upper = length === 0 ? lower : lower.map((n) => n + length)
      const packed = new PackedElements(words, lower, upper, () => nowhere)
      const one = buildStore(set(key, [], { elements: packed }), testMachine())
      const other = buildStore(set(key, [...packed]), testMachine())
      expect(one.constructor).toBe(other.constructor)
      expect([...one.all()].map((each) => one.key(each))).toEqual([...other.all()].map((each) => other.key(each)))
      for (let at = 0; at < lower.length; at += words) {
        const inside = lower.slice(at, at + words).map((n, i) => n + (i % 2 === 0 ? length : 0))
        expect(one.find(inside, 0)).toBe(other.find(inside, 0))
        expect(one.find(inside, 0)).not.toBe(-1)
        expect(
          one.find(
            inside.map((n) => n + length + 1),
            0,
          ),
        ).toBe(-1)
      }
    }
  })

  it('keep lifetimes of packed elements', () => {
    const machine = testMachine()
    const packed = new PackedElements(1, Int32Array.of(1, 2), Int32Array.of(1, 2), () => nowhere)
    const store = buildStore(set([word], [], { elements: packed, hasTimeout: true, timeout: 100 }), machine)
    expect(store.find(Int32Array.of(2), 0)).not.toBe(-1)
    machine.around.clock = 100
    expect(store.find(Int32Array.of(2), 0)).toBe(-1)
  })

  it.each([
    ['a port', [word, byte]],
    ['a field of two words', [word, wide]],
    ['two ports', [word, byte, byte]],
  ])('find the first living of many ranges of an address and %s', (_, key) => {
    const machine = testMachine()
    const rest = key.slice(1).flatMap(({ words }) => new Array<number>(words).fill(0))
    const of = (address: number, port: number): number[] => [address, ...rest.slice(1), port]
    const range = (address: number, from: number, to: number, timeout: number | null): SetElement =>
      element(of(address, from), of(address + 9, to), { timeout })
    // Twenty addresses with two ranges each, the first of them mortal; the highest address, with so many that they are searched in turn.
    const few = Array.from({ length: 20 }, (_, i) => [range(10 * i, 1, 5, 100), range(10 * i, 4, 8, null)]).flat()
    const many = Array.from({ length: 40 }, (_, i) => range(-20, 4 * i, 4 * i + 4, i % 2 === 0 ? 100 : null))
    const store = buildStore(set(key, [...few, ...many], { hasTimeout: true }), machine)
    const ask = (address: number, port: number): number => store.find(Int32Array.from(of(address, port)), 0)
    const answers = (): number[] => [
      ask(3, 1),
      ask(3, 4),
      ask(195, 8),
      ask(195, 9),
      ask(200, 5),
      ask(-12, 8),
      ask(-11, 160),
      ask(-10, 8),
      ask(-21, 8),
    ]
    expect(answers()).toEqual([0, 0, 39, -1, -1, 41, 79, -1, -1])
    machine.around.clock = 100
    expect(answers()).toEqual([-1, 1, 39, -1, -1, 41, 79, -1, -1])
  })

  it('find one of ten thousand ranged pairs', () => {
    const elements = Array.from({ length: 10_000 }, (_, i) =>
      element([i << 16, i & 255], [(i << 16) | 0xffff, (i & 255) + (i & 15)]),
    )
    const store = buildStore(set([word, keyField('integer', 16)], elements), testMachine())
    expect(found(store, [(4321 << 16) | 7, (4321 & 255) + 1])).toEqual([4321 << 16, 4321 & 255])
    expect(found(store, [(4321 << 16) | 7, (4321 & 255) + 2])).toBe(null)
  })
})
