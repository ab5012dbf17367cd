/** Spoils bytes the way hostile and broken senders do: bits, lengths, numbers, repetitions, cuts, and pieces of other messages. */

/** 0 (inclusive) to 1 (exclusive). */
export type Random = () => number

const below = (random: Random, limit: number): number => Math.floor(random() * limit)

/** Bytes that parsers trip over: signs, ends, separators, the ends of ranges. */
const awkward = [0, 1, 9, 10, 13, 32, 34, 40, 44, 45, 48, 57, 58, 59, 64, 91, 124, 127, 128, 254, 255]
const awkwardNumbers = [
  '',
  '0',
  '00',
  '1',
  '1023',
  '1024',
  '65535',
  '65536',
  '70000',
  '4294967295',
  '4294967296',
  '-1',
  '999999999999999999999',
]

type Mutation = (bytes: Uint8Array, random: Random, seeds: readonly Uint8Array[]) => Uint8Array

const flipBit: Mutation = (bytes, random) => {
  const at = below(random, bytes.length)
  const changed = bytes.slice()
  changed[at] = (changed[at] ?? 0) ^ (1 << below(random, 8))
  return changed
}

const writeAwkward: Mutation = (bytes, random) => {
  const changed = bytes.slice()
  changed[below(random, bytes.length)] = awkward[below(random, awkward.length)] ?? 0
  return changed
}

const writeAny: Mutation = (bytes, random) => {
  const changed = bytes.slice()
  changed[below(random, bytes.length)] = below(random, 256)
  return changed
}

const cutOut: Mutation = (bytes, random) => {
  const from = below(random, bytes.length)
  return join(bytes.subarray(0, from), bytes.subarray(from + 1 + below(random, 12)))
}

const cutOff: Mutation = (bytes, random) => bytes.slice(0, below(random, bytes.length))

const repeat: Mutation = (bytes, random) => {
  const from = below(random, bytes.length)
  const to = Math.min(bytes.length, from + 1 + below(random, 40))
  return join(bytes.subarray(0, to), bytes.subarray(from))
}

const splice: Mutation = (bytes, random, seeds) => {
  const other = seeds[below(random, seeds.length)] ?? bytes
  return join(bytes.subarray(0, below(random, bytes.length)), other.subarray(below(random, other.length)))
}

/** Writes another number where one stands; else inserts one. */
const renumber: Mutation = (bytes, random) => {
  const start = below(random, bytes.length)
  let from = start
  while (from < bytes.length && !isDigit(bytes[from])) from++
  let to = from
  while (to < bytes.length && isDigit(bytes[to])) to++
  const number = awkwardNumbers[below(random, awkwardNumbers.length)] ?? ''
  const digits = Uint8Array.from(number, (digit) => digit.charCodeAt(0))
  return join(bytes.subarray(0, from), digits, bytes.subarray(to))
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const mutations: readonly Mutation[] = [
  flipBit,
  flipBit,
  writeAwkward,
  writeAny,
  cutOut,
  cutOff,
  repeat,
  splice,
  renumber,
  renumber,
]

/** No larger than one packet can be. */
const longest = 2000

/** One of the seeds, spoiled up to six times; one in eight is left as it is. */
export function mutate(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = seeds[below(random, seeds.length)] ?? new Uint8Array(1)
  for (let times = below(random, 8); times > 1; times--) {
    if (bytes.length === 0) return bytes
    const mutation = mutations[below(random, mutations.length)] ?? flipBit
    bytes = mutation(bytes, random, seeds)
  }
  return bytes.length > longest ? bytes.slice(0, longest) : bytes
}

/** The same numbers for the same seed: mulberry32. */
export function seeded(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000
  }
}
