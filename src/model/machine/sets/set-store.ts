/** The run-time form of a set: which element holds a key. */

import type { SetDefinition } from '../../rules/index.ts'
import type { SetElements } from './set-elements.ts'

export interface SetStore {
  readonly definition: SetDefinition
  readonly elements: SetElements
  /** Number of the element that holds the key in `registers` from `at`, the catch-all's where no other does; -1: none. */
  find(registers: Int32Array, at: number): number
  /** Numbers of all living elements, for listings. */
  all(): Iterable<number>
  /** The key of an element: `from` and `to` are equal but in intervals; null for the catch-all. */
  key(element: number): { readonly from: readonly number[]; readonly to: readonly number[] } | null
}

/** A set that packets may change: `add`, `update`, `delete`. */
export interface DynamicStore extends SetStore {
  /** Number of a new element for a key that {@link SetStore.find} does not find; -1 when the set is full. */
  add(registers: Int32Array, at: number): number
  remove(registers: Int32Array, at: number): void
}

/** Elements that rules may bring a set to when it does not say (kernel nft_hash). */
export const defaultDynamicSize = 65535

export const keyWordsOf = (definition: SetDefinition): number =>
  definition.key.reduce((sum, field) => sum + field.words, 0)
