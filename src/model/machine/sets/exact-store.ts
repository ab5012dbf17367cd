/** Sets of exact keys, the only ones that packets may change. */

import { KeyTable, type SetDefinition } from '../../rules/index.ts'
import type { SetElements } from './set-elements.ts'
import type { DynamicStore } from './set-store.ts'

export class ExactStore implements DynamicStore {
  readonly definition: SetDefinition
  readonly elements: SetElements
  private readonly table: KeyTable
  private readonly limit: number
  /** Number of the catch-all element, -1 without one. */
  private catchAll = -1

  /** `limit` is the largest number of elements that {@link add} goes to. */
  constructor(definition: SetDefinition, words: number, elements: SetElements, expected: number, limit: number) {
    this.definition = definition
    this.elements = elements
    this.table = new KeyTable(words, expected)
    this.limit = limit
  }

  find(registers: Int32Array, at: number): number {
    const element = this.findOwn(registers, at)
    return element >= 0 ? element : this.catchAll
  }

  /** {@link find} for keys of one word, without registers. */
  findWord(word: number): number {
    const element = this.table.findWord(word)
    return element >= 0 && this.elements.isAlive(element) ? element : this.catchAll
  }

  /** Like {@link find}, without the catch-all. */
  findOwn(registers: Int32Array, at: number): number {
    const element = this.table.find(registers, at)
    return element >= 0 && this.elements.isAlive(element) ? element : -1
  }

  /** Adds an element that was written in the ruleset; a key that is there already keeps its number. */
  insert(keys: Int32Array, at: number): number {
    const known = this.table.find(keys, at)
    return known >= 0 ? known : this.table.insert(keys, at)
  }

  setCatchAll(): number {
    if (this.catchAll < 0) this.catchAll = this.table.reserve()
    return this.catchAll
  }

  add(registers: Int32Array, at: number): number {
    const dead = this.table.find(registers, at)
    if (dead >= 0) return dead
    // The kernel collects what expired once a second; a full set that still counts it would refuse for that long.
    if (this.table.size >= this.limit) this.collect()
    return this.table.size >= this.limit ? -1 : this.table.insert(registers, at)
  }

  remove(registers: Int32Array, at: number): void {
    const element = this.table.find(registers, at)
    if (element >= 0) this.table.remove(element)
  }

  *all(): Iterable<number> {
    for (const element of this.table.numbers()) if (this.elements.isAlive(element)) yield element
    if (this.catchAll >= 0) yield this.catchAll
  }

  key(element: number): { from: readonly number[]; to: readonly number[] } | null {
    if (element === this.catchAll) return null
    const words = this.table.key(element)
    return { from: words, to: words }
  }

  private collect(): void {
    const dead = [...this.table.numbers()].filter((element) => !this.elements.isAlive(element))
    for (const element of dead) this.table.remove(element)
  }
}
