/** Sets, maps and verdict maps as data. Their run-time form, which rules may change, is in `machine/sets/`. */

import type { List } from './list.ts'
import type { RuleObject } from './object.ts'
import type { Source } from './ruleset.ts'
import type { Statement } from './statement.ts'
import type { Verdict } from './verdict.ts'

/** One field of a key: bits and, for people, the name of its type (`ipv4_addr`, `inet_service`, `ifname`, ...). */
export interface KeyField {
  readonly type: string
  readonly width: number
  /** Words that it takes in a key (value.ts). */
  readonly words: number
}

/**
 * An element: a key, or from `from` to `to` inclusive. In a concatenation each field has its own range. Words as in value.ts.
 * An element with `isCatchAll` stands for every key that no other element holds.
 */
export interface SetElement {
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly isCatchAll: boolean
  readonly verdict: Verdict | null
  readonly data: readonly number[] | null
  readonly object: RuleObject | null
  /** Lifetime in milliseconds; null: the set's own, or none. */
  readonly timeout: number | null
  /** Remaining lifetime in milliseconds, where it was listed. */
  readonly expires: number | null
  readonly comment: string | null
  /** Statements on the element (counter, limit): run when a packet finds it. */
  readonly statements: readonly Statement[]
  /** For names that compile needs the host for (interface by name): the text in place of the words, by field; else null. */
  readonly interfaceNames: readonly (string | null)[] | null
  readonly source: Source
}

/** An element that is nothing but its key. */
export const plainElement = (from: readonly number[], source: Source, to: readonly number[] = from): SetElement => ({
  from,
  to,
  isCatchAll: false,
  verdict: null,
  data: null,
  object: null,
  timeout: null,
  expires: null,
  comment: null,
  statements: [],
  interfaceNames: null,
  source,
})

/** Values of a map. With `isInterval` each element has two of them: from where to where (`{ 192.0.2.1 : 10.0.0.1-10.0.0.9 }`, for nat). */
export interface MapValue {
  readonly kind: 'value'
  readonly fields: readonly KeyField[]
  readonly isInterval: boolean
}

/** Bits of one element's data: a single value's own, otherwise whole words. */
export function mapValueWidth({ fields, isInterval }: MapValue): number {
  const [first] = fields
  if (first && fields.length === 1 && !isInterval) return first.width
  return fields.reduce((sum, { words }) => sum + words * 32, 0) * (isInterval ? 2 : 1)
}

export interface SetDefinition {
  /** `__set0`-like for anonymous ones. */
  readonly name: string
  readonly handle: number
  readonly isAnonymous: boolean
  readonly key: readonly KeyField[]
  /** What a map maps to: a value of this type, a verdict, or an object of this kind. Null for a set. */
  readonly data:
    | MapValue
    | { readonly kind: 'verdict' }
    | { readonly kind: 'object'; readonly object: RuleObject['kind'] }
    | null
  readonly isInterval: boolean
  readonly isConstant: boolean
  readonly isDynamic: boolean
  readonly hasTimeout: boolean
  /** Default lifetime of an element in milliseconds. */
  readonly timeout: number | null
  /** Milliseconds between the kernel's sweeps for elements whose time is over; null: its own. No packet sees the difference. */
  readonly sweepInterval: number | null
  /** Whether the kernel shall keep it small rather than fast. No packet sees the difference. */
  readonly isSmall: boolean
  /** Largest number of elements that rules may bring it to; null: the kernel's 65,535 for dynamic sets. */
  readonly size: number | null
  /** Statements that each new element gets. */
  readonly statements: readonly Statement[]
  /** Large sets make theirs when asked (`packed-elements.ts`). */
  readonly elements: List<SetElement>
  readonly comment: string | null
  readonly source: Source
}
