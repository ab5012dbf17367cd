import { describe, expect, it } from 'vitest'
import { Numberer, PacketNumbers, ShardNumbers, type ShardProgress } from './numbering.ts'

const progress = (judged: readonly number[], confirmed: readonly number[]): ShardProgress => {
  const words = new Int32Array(2)
  for (const frame of judged) words[frame >>> 5]! |= 1 << (frame & 31)
  return { judged: words, confirmed: Int32Array.from(confirmed) }
}

describe('two shards', () => {
  const numberer = new Numberer()
  const packets = new PacketNumbers()
  const numbers = [new ShardNumbers(packets), new ShardNumbers(packets)]
  const add = (...shards: readonly ShardProgress[]): void => {
    const run = numberer.number(shards)
    packets.add(run.judged)
    for (const [i, own] of numbers.entries()) own.add(run.entries[i] ?? new Int32Array(0))
  }
  // Frames 1 to 63, then 64 to 127, counted from 0 in each run of words.
  add(progress([1, 2, 31, 32], [1, 1, 32]), progress([3, 33, 63], [3, 63]))
  add(progress([0, 40], [104]), progress([1], [65]))

  it('number packets as if one had judged all', () => {
    expect([1, 2, 3, 31, 32, 33, 63, 64, 65, 104].map((frame) => numbers[0]?.packet(frame))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ])
  })

  it('number entries in the order of the frames', () => {
    expect([1, 2, 3, 4].map((entry) => numbers[0]?.entry(entry))).toEqual([1, 2, 4, 7])
    expect([1, 2, 3].map((entry) => numbers[1]?.entry(entry))).toEqual([3, 5, 6])
  })

  it('have no number for what is none', () => {
    expect([numbers[0]?.packet(0), numbers[0]?.entry(0)]).toEqual([0, 0])
  })
})
