/** Chance that can be repeated: the same seed draws the same numbers (splitmix32, Steele, Lea and Flood 2014). */

import { InvariantError } from '../../model/bytes/index.ts'

export class Random {
  #state: number

  /** Any integer is a seed; seeds beside each other give unrelated numbers. */
  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) | 0
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let mixed = this.#state ^ (this.#state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x100000000
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** An integer, both ends included. */
  integer(least: number, greatest: number): number {
    return least + Math.floor(this.next() * (greatest - least + 1))
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.integer(0, choices.length - 1)]
    if (choice === undefined) throw new InvariantError('nothing to pick from')
    return choice
  }

  /** Picks with weights: 2 comes twice as often as 1. */
  pickWeighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, choice] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    throw new InvariantError('nothing to pick from')
  }

  /** Picks one of several ways and goes it. */
  pickFrom<T>(...ways: readonly (() => T)[]): T {
    return this.pick(ways)()
  }

  shuffled<T>(items: readonly T[]): T[] {
    const left = [...items]
    for (let at = left.length - 1; at > 0; at--) {
      const other = this.integer(0, at)
      const [a, b] = [left[at]!, left[other]!]
      left[at] = b
      left[other] = a
    }
    return left
  }

  /** Some of the items, in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    return this.shuffled(items).slice(0, count)
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.integer(0, 255))
  }
}
