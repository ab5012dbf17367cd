/** What few entries have, kept beside the heap: helper, labels, master, expectations, shifts, event masks. */

import type { Expectation } from './expectation.ts'
import type { HelperState } from './helpers/helper.ts'
import type { SequenceAdjustment } from './sequence-adjustment.ts'
import type { Tuple } from './tuple.ts'

/** What an expected entry remembers of its making, also when the expectation and the master are gone. */
export interface MasterLink {
  /** Handle of the master while `id` is still its id. */
  readonly entry: number
  readonly id: number
  readonly kind: number
  readonly tuple: Tuple
  readonly helper: string | null
  readonly createdByPacket: number
  readonly payloadFrom: number
  readonly payloadTo: number
  readonly announcement: string
}

/** What few entries have. */
export interface Side {
  helper: HelperState | null
  labels: Int32Array | null
  master: MasterLink | null
  /** Oldest first. */
  expectations: Expectation[]
  /** Null until NAT changes the length of a payload. */
  adjustment: SequenceAdjustment | null
  /** Which events a rule chose; null: nobody chose. */
  events: EventMasks | null
  /** When it was confirmed, in model milliseconds; -1: not yet, or nf_conntrack_timestamp is off. */
  startedAt: number
}

/** As the kernel's entry has them: bits IPCT_* for the entry's events, IPEXP_* for those of its expectations. */
export interface EventMasks {
  entry: number
  expectations: number
}

export const makeSide = (): Side => ({
  helper: null,
  labels: null,
  master: null,
  expectations: [],
  adjustment: null,
  events: null,
  startedAt: -1,
})
