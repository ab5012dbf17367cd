/**
 * A million elements in a set: from the text to the set that is ready, and nanoseconds of a lookup, of keys that are in it and keys that are
 * not. `node bench/sets.ts [ELEMENTS]`.
 */

import { parseRuleset } from '../src/languages/nftables/index.ts'
import { storeOf } from '../src/model/machine/rules.fixture.ts'
import type { SetDefinition } from '../src/model/rules/index.ts'

export interface Measurement {
  readonly name: string
  readonly value: number
  readonly unit: string
}

interface Shape {
  readonly name: string
  readonly type: string
  readonly isInterval: boolean
  readonly words: number
  /** Element i as it is written. */
  readonly element: (i: number) => string
  /** Words of a key that it holds, or that lies beside it. */
  readonly key: (i: number, isHit: boolean) => readonly number[]
}

/** Scatters numbers over 32 bits, no two to the same. */
function scatter(i: number): number {
  const product = Math.imul(i, 0x9e3779b1)
  return Math.imul(product ^ (product >>> 15), 0x85ebca6b) >>> 0
}

const dotted = (word: number): string => `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`

/** Blocks of 16 addresses, scattered: 2^28 of them, no two the same. */
const block = (i: number): number => (Math.imul(i, 0x9e3779b1) & 0x0fffffff) * 16

const ipv6 = (i: number): readonly number[] => [0x20010db8, scatter(i), scatter(i + 7), i]
const hex = (word: number): string => `${((word >>> 16) & 0xffff).toString(16)}:${(word & 0xffff).toString(16)}`
const ipv6Text = (words: readonly number[]): string => words.map(hex).join(':')

const shapes: readonly Shape[] = [
  {
    name: 'ipv4_addr',
    type: 'ipv4_addr',
    isInterval: false,
    words: 1,
    element: (i) => dotted(scatter(i)),
    key: (i, isHit) => [scatter(isHit ? i : i + 0x1000000)],
  },
  {
    name: 'ipv4_addr ranges',
    type: 'ipv4_addr',
    isInterval: true,
    words: 1,
    element: (i) => `${dotted(block(i))}-${dotted(block(i) + 9)}`,
    key: (i, isHit) => [block(i) + (isHit ? i % 10 : 10 + (i % 6))],
  },
  {
    name: 'ipv4_addr prefixes',
    type: 'ipv4_addr',
    isInterval: true,
    words: 1,
    element: (i) => `${dotted(block(i))}/29`,
    key: (i, isHit) => [block(i) + (i % 8) + (isHit ? 0 : 8)],
  },
  {
    name: 'ipv6_addr',
    type: 'ipv6_addr',
    isInterval: false,
    words: 4,
    element: (i) => ipv6Text(ipv6(i)),
    key: (i, isHit) => ipv6(isHit ? i : i + 0x1000000),
  },
  {
    name: 'ipv6_addr prefixes',
    type: 'ipv6_addr',
    isInterval: true,
    words: 4,
    element: (i) => `${ipv6Text([0x20010db8, scatter(i), 0, 0])}/64`,
    key: (i, isHit) => [0x20010db8, scatter(isHit ? i : i + 0x1000000), i, 5],
  },
  {
    name: 'ipv4_addr . inet_service',
    type: 'ipv4_addr . inet_service',
    isInterval: false,
    words: 2,
    element: (i) => `${dotted(scatter(i >>> 2))} . ${1000 + (i & 3)}`,
    key: (i, isHit) => [scatter(i >>> 2), isHit ? 1000 + (i & 3) : 2000],
  },
  {
    name: 'ipv4_addr . inet_service with intervals',
    type: 'ipv4_addr . inet_service',
    isInterval: true,
    words: 2,
    element: (i) => `${dotted(block(i >>> 2))}/28 . ${1000 * (i & 3)}-${1000 * (i & 3) + 99}`,
    key: (i, isHit) => [block(i >>> 2) + (i % 16), 1000 * (i & 3) + (isHit ? i % 100 : 500)],
  },
]

function textOf(shape: Shape, count: number): string {
  const elements = Array.from({ length: count }, (_, i) => shape.element(i))
  const flags = shape.isInterval ? 'flags interval\n' : ''
  return `table inet t {\nset s {\ntype ${shape.type}\n${flags}elements = { ${elements.join(',\n')} }\n}\n}\n`
}

function definitionOf(text: string): SetDefinition {
  const { diagnostics, ruleset } = parseRuleset([{ name: 'set.nft', text }])
  const set = ruleset?.tables[0]?.sets[0]
  if (!set) throw new Error(diagnostics[0]?.message)
  return set
}

const lookups = 1 << 20

/** Keys in an order that no cache foresees; the best of several rounds. */
function lookupTime(store: ReturnType<typeof storeOf>, shape: Shape, count: number, isHit: boolean): number {
  const keys = new Int32Array(lookups * shape.words)
  for (let i = 0; i < lookups; i++) keys.set(shape.key((scatter(i) >>> 4) % count, isHit), i * shape.words)
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    let found = 0
    const start = performance.now()
    for (let i = 0; i < lookups; i++) if (store.find(keys, i * shape.words) >= 0) found++
    best = Math.min(best, ((performance.now() - start) * 1e6) / lookups)
    if (found !== (isHit ? lookups : 0)) throw new Error(`${shape.name}: ${found} of ${lookups} found`)
  }
  return best
}

/** Nanoseconds to read one word of 64 MB whose place the read before told: what every lookup among very many waits for at least once. */
function readTime(): number {
  const size = 1 << 24
  const next = Int32Array.from({ length: size }, (_, i) => (Math.imul(i, 1664525) + 1013904223) & (size - 1))
  let best = Number.POSITIVE_INFINITY
  let place = 0
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    for (let i = 0; i < lookups; i++) place = next[place] ?? 0
    best = Math.min(best, ((performance.now() - start) * 1e6) / lookups)
  }
  return place < 0 ? 0 : best
}

export function measure(count = 1_000_000): readonly Measurement[] {
  const reference = { name: 'one read of 64 MB at random', value: readTime(), unit: 'ns' }
  const results = shapes.flatMap((shape) => {
    const text = textOf(shape, count)
    const start = performance.now()
    const definition = definitionOf(text)
    const parsed = performance.now()
    const store = storeOf(definition)
    const built = performance.now()
    return [
      { name: `${shape.name}: from text to set`, value: built - start, unit: 'ms' },
      { name: `${shape.name}: of that the language`, value: parsed - start, unit: 'ms' },
      { name: `${shape.name}: lookup, found`, value: lookupTime(store, shape, count, true), unit: 'ns' },
      { name: `${shape.name}: lookup, not found`, value: lookupTime(store, shape, count, false), unit: 'ns' },
    ]
  })
  return [reference, ...results]
}

if (import.meta.main) {
  for (const { name, unit, value } of measure(Number(process.argv[2] ?? 1_000_000)))
    console.log(`${name.padEnd(72)} ${value.toFixed(1).padStart(9)} ${unit}`)
}
