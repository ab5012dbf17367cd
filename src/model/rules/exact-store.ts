/** Sets of exact keys: a hash table with open addressing in typed arrays, four bytes a key word and at most eight a slot. */

import type { SetDefinition } from './set.ts'
import type { SetElements } from './set-elements.ts'
import type { DynamicStore } from './set-store.ts'

const smallest = 16

export class ExactStore implements DynamicStore {
  readonly definition: SetDefinition
  readonly elements: SetElements
  private readonly words: number
  private readonly limit: number
  /** Element number + 1, 0 in an empty slot; its length is a power of two. */
  private slots: Int32Array
  private keys: Int32Array
  /** Element numbers that were given back. */
  private readonly free: number[] = []
  /** One behind the highest element number. */
  private top = 0
  private size = 0
  /** Number of the catch-all element, -1 without one. */
  private catchAll = -1

  /** `limit` is the largest number of elements that {@link add} goes to. */
  constructor(definition: SetDefinition, words: number, elements: SetElements, expected: number, limit: number) {
    this.definition = definition
    this.elements = elements
    this.words = words
    this.limit = limit
    let capacity = smallest
    while (capacity * 0.6 < expected) capacity *= 2
    this.slots = new Int32Array(capacity)
    this.keys = new Int32Array(Math.max(smallest, expected) * words)
  }

  find(registers: Int32Array, at: number): number {
    const element = this.words === 1 ? this.findOne(registers[at]!) : this.findMany(registers, at)
    return element >= 0 && this.elements.isAlive(element) ? element : this.catchAll
  }

  /** {@link find} for keys of one word, without registers. */
  findWord(word: number): number {
    const element = this.findOne(word)
    return element >= 0 && this.elements.isAlive(element) ? element : this.catchAll
  }

  /** Like {@link find}, without the catch-all. */
  findOwn(registers: Int32Array, at: number): number {
    const element = this.findMany(registers, at)
    return element >= 0 && this.elements.isAlive(element) ? element : -1
  }

  /** Adds an element that was written in the ruleset; a key that is there already keeps its number. */
  insert(key: Int32Array): number {
    const known = this.findMany(key, 0)
    return known >= 0 ? known : this.place(key, 0)
  }

  setCatchAll(): number {
    if (this.catchAll < 0) this.catchAll = this.allocate()
    return this.catchAll
  }

  add(registers: Int32Array, at: number): number {
    const dead = this.findMany(registers, at)
    if (dead >= 0) return dead
    // The kernel collects what expired once a second; a full set that still counts it would refuse for that long.
    if (this.size >= this.limit) this.collect()
    return this.size >= this.limit ? -1 : this.place(registers, at)
  }

  remove(registers: Int32Array, at: number): void {
    const element = this.findMany(registers, at)
    if (element >= 0) this.drop(element)
  }

  *all(): Iterable<number> {
    for (const slot of this.slots) if (slot !== 0 && this.elements.isAlive(slot - 1)) yield slot - 1
    if (this.catchAll >= 0) yield this.catchAll
  }

  key(element: number): { from: readonly number[]; to: readonly number[] } | null {
    if (element === this.catchAll) return null
    const words = [...this.keys.subarray(element * this.words, (element + 1) * this.words)]
    return { from: words, to: words }
  }

  private findOne(word: number): number {
    const { slots, keys } = this
    const mask = slots.length - 1
    for (let slot = mix(0, word) & mask; ; slot = (slot + 1) & mask) {
      const element = slots[slot]! - 1
      if (element < 0 || keys[element] === word) return element
    }
  }

  private findMany(registers: Int32Array, at: number): number {
    const { slots } = this
    const mask = slots.length - 1
    for (let slot = this.hash(registers, at) & mask; ; slot = (slot + 1) & mask) {
      const element = slots[slot]! - 1
      if (element < 0 || this.isKey(element, registers, at)) return element
    }
  }

  private isKey(element: number, registers: Int32Array, at: number): boolean {
    const base = element * this.words
    for (let i = 0; i < this.words; i++) if (this.keys[base + i] !== registers[at + i]) return false
    return true
  }

  private hash(words: Int32Array, at: number): number {
    let hash = 0
    for (let i = 0; i < this.words; i++) hash = mix(hash, words[at + i]!)
    return hash
  }

  private allocate(): number {
    this.size++
    return this.free.pop() ?? this.top++
  }

  private place(registers: Int32Array, at: number): number {
    if ((this.size + 1) * 5 > this.slots.length * 3) this.rehash(this.slots.length * 2)
    const element = this.allocate()
    const base = element * this.words
    if (base + this.words > this.keys.length) {
      const larger = new Int32Array((base + this.words) * 2)
      larger.set(this.keys)
      this.keys = larger
    }
    for (let i = 0; i < this.words; i++) this.keys[base + i] = registers[at + i]!
    this.link(element)
    return element
  }

  private link(element: number): void {
    const mask = this.slots.length - 1
    let slot = this.hash(this.keys, element * this.words) & mask
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask
    this.slots[slot] = element + 1
  }

  private rehash(capacity: number): void {
    const old = this.slots
    this.slots = new Int32Array(capacity)
    for (const slot of old) if (slot !== 0) this.link(slot - 1)
  }

  private drop(element: number): void {
    const mask = this.slots.length - 1
    let hole = this.hash(this.keys, element * this.words) & mask
    while (this.slots[hole] !== element + 1) hole = (hole + 1) & mask
    // Moves later members of the probe sequence into the hole, so that no search ends early.
    for (let slot = (hole + 1) & mask; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.hash(this.keys, (this.slots[slot]! - 1) * this.words) & mask
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue
      this.slots[hole] = this.slots[slot]!
      hole = slot
    }
    this.slots[hole] = 0
    this.free.push(element)
    this.size--
  }

  private collect(): void {
    const dead = [...this.slots].filter((slot) => slot !== 0 && !this.elements.isAlive(slot - 1))
    for (const slot of dead) this.drop(slot - 1)
  }
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word ^ (word >>> 15), 0x2c1b3c6d)
  return mixed ^ (mixed >>> 13)
}
