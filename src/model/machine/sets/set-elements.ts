/** What the elements of a set carry beside their keys: data, verdict, object, lifetime, statements. Columns by element number. */

import type { Packet } from '../../packet/index.ts'
import type { RuleObject } from '../../rules/index.ts'
import type { Stateful } from '../machine.ts'
import { Result } from '../result.ts'

/** What a new element gets; `data` are words of a map's value, `expires` is model time in milliseconds, Infinity for never. */
export interface ElementContents {
  readonly data: ArrayLike<number> | null
  readonly result: number
  readonly object: RuleObject | null
  readonly expires: number
  readonly statements: readonly Stateful[]
}

/** Columns appear when the first element needs them, so that a million plain addresses cost nothing here. */
export class SetElements {
  readonly dataWords: number
  readonly now: () => number
  private data: Int32Array | null = null
  private results: Int32Array | null = null
  private expiries: Float64Array | null = null
  private readonly objects: (RuleObject | null)[] = []
  private readonly statements: (readonly Stateful[])[] = []

  constructor(dataWords: number, now: () => number) {
    this.dataWords = dataWords
    this.now = now
  }

  write(element: number, contents: ElementContents): void {
    if (contents.data) {
      this.data = grown(this.data, (element + 1) * this.dataWords, 0)
      for (let i = 0; i < this.dataWords; i++) this.data[element * this.dataWords + i] = contents.data[i] ?? 0
    }
    if (contents.result !== Result.next || this.results) {
      this.results = grown(this.results, element + 1, Result.next)
      this.results[element] = contents.result
    }
    if (contents.expires !== Number.POSITIVE_INFINITY || this.expiries) this.setExpiry(element, contents.expires)
    if (contents.object || this.objects.length > 0) this.objects[element] = contents.object
    if (contents.statements.length > 0 || this.statements.length > 0) this.statements[element] = contents.statements
  }

  dataWord(element: number, word: number): number {
    return this.data ? this.data[element * this.dataWords + word]! : 0
  }

  /** The {@link Result} of a verdict map's element. */
  result(element: number): number {
    return this.results && element < this.results.length ? this.results[element]! : Result.next
  }

  object(element: number): RuleObject | null {
    return this.objects[element] ?? null
  }

  statementsOf(element: number): readonly Stateful[] {
    return this.statements[element] ?? []
  }

  isAlive(element: number): boolean {
    return this.expiries === null || element >= this.expiries.length || this.expiries[element]! > this.now()
  }

  /** Whether it was made with a timeout. */
  expires(element: number): boolean {
    return this.remaining(element) !== Number.POSITIVE_INFINITY
  }

  /** Milliseconds of life that remain; Infinity for an element without a timeout. */
  remaining(element: number): number {
    if (this.expiries === null || element >= this.expiries.length) return Number.POSITIVE_INFINITY
    return this.expiries[element]! - this.now()
  }

  setExpiry(element: number, expires: number): void {
    const known = this.expiries
    const next = known && element < known.length ? known : grownFloats(known, element + 1)
    next[element] = expires
    this.expiries = next
  }

  /** Runs the statements on an element that a packet has found; anything but `next` ends the rule. */
  run(element: number, packet: Packet): number {
    if (this.statements.length === 0) return Result.next
    const statements = this.statements[element]
    if (!statements) return Result.next
    for (let i = 0; i < statements.length; i++) {
      const result = statements[i]!.step(packet)
      if (result !== Result.next) return result
    }
    return Result.next
  }
}

function grown(column: Int32Array | null, length: number, filling: number): Int32Array {
  if (column && column.length >= length) return column
  const next = new Int32Array(Math.max(16, length + (length >>> 1)))
  if (filling !== 0) next.fill(filling)
  if (column) next.set(column)
  return next
}

function grownFloats(column: Float64Array | null, length: number): Float64Array {
  const next = new Float64Array(Math.max(16, length + (length >>> 1))).fill(Number.POSITIVE_INFINITY)
  if (column) next.set(column)
  return next
}
