/** Stateful objects of a table, which rules refer to by name. */

import type { Source } from './ruleset.ts'

export type RuleObject = CounterObject | QuotaObject | LimitObject | HelperObject | TimeoutObject | ExpectationObject

interface Named {
  readonly name: string
  readonly handle: number
  readonly comment: string | null
  readonly source: Source
}

export interface CounterObject extends Named {
  readonly kind: 'counter'
  readonly packets: number
  readonly bytes: number
}

export interface QuotaObject extends Named {
  readonly kind: 'quota'
  readonly bytes: number
  readonly used: number
  readonly isOver: boolean
}

export interface LimitObject extends Named {
  readonly kind: 'limit'
  readonly limit: LimitParameters
}

/** `ct helper`: assigned to a new entry by a rule. `family` null: both. */
export interface HelperObject extends Named {
  readonly kind: 'ct helper'
  readonly helper: string
  readonly protocol: number
  readonly family: 4 | 6 | null
}

export interface TimeoutObject extends Named {
  readonly kind: 'ct timeout'
  readonly protocol: number
  readonly family: 4 | 6 | null
  /** Seconds by the state's name as nft writes it (`established`, `unreplied`, ...). */
  readonly policy: Readonly<Record<string, number>>
}

export interface ExpectationObject extends Named {
  readonly kind: 'ct expectation'
  readonly protocol: number
  readonly family: 4 | 6 | null
  readonly destinationPort: number
  /** As nft sends it, in milliseconds; the kernel takes that number for seconds (docs/fidelity.md, 26). */
  readonly timeout: number
  readonly size: number
}

/** Token bucket, as nft writes it: `limit rate [over] RATE[ UNIT]/PERIOD [burst BURST [UNIT]]`. */
export interface LimitParameters {
  /** Packets, or bytes when `isBytes`, in each period. */
  readonly rate: number
  readonly periodSeconds: number
  readonly burst: number
  readonly isBytes: boolean
  readonly isOver: boolean
}
