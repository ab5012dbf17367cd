/** What the rules of a running ruleset have counted and changed, as languages list it; the machine fills it in (`machine/listing.ts`). */

import type { RuleObject } from './object.ts'
import type { SetDefinition } from './set.ts'
import type { Statement } from './statement.ts'

export interface StatementState {
  readonly statement: Statement
  readonly ruleId: number
  /** `counter packets 3 bytes 180`. */
  readonly text: string
  /** Of counters; null for what does not count. */
  readonly count: { readonly packets: number; readonly bytes: number } | null
}

export interface ObjectState {
  readonly object: RuleObject
  readonly text: string
  readonly count: { readonly packets: number; readonly bytes: number } | null
}

export interface ElementState {
  /** Key words; `from` and `to` differ in intervals. Null: the catch-all. */
  readonly key: { readonly from: readonly number[]; readonly to: readonly number[] } | null
  /** The key for people: `192.0.2.1 . 22`, `10.0.0.0-10.0.0.9`, `*`. */
  readonly text: string
  /** Milliseconds of life that remain; null for an element without a timeout. */
  readonly expires: number | null
  readonly data: readonly number[] | null
  /** State of the statements on the element: `counter packets 3 bytes 180`. */
  readonly statements: readonly { readonly text: string; readonly count: ObjectState['count'] }[]
}

/** Each question is answered as things stand when it is asked. */
export interface RulesetState {
  /** Stateful statements of rules, in the order of the rules. */
  statements(): readonly StatementState[]
  objects(): readonly ObjectState[]
  /** Named sets and maps. */
  sets(): readonly SetDefinition[]
  /** Living elements of a named set. */
  elements(definition: SetDefinition): Iterable<ElementState>
}
