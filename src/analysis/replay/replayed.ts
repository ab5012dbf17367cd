/** A replay when it is over. */

import type { FlowRow } from './flow-table.ts'
import type { RuleIndex } from './rule-index.ts'
import type { CaptureSummary, Summary } from './summary.ts'

/** What a finished replay can be asked for, however many workers ran it. */
export interface Replayed {
  readonly rules: RuleIndex
  /** How many were judged. */
  readonly packets: number
  /** The first so many of those that need a look; see `FlowTable.inTrouble`. */
  flowsInTrouble(most: number): FlowRow[]
  /** Rows of all flows, oldest first. */
  readFlows(): IterableIterator<FlowRow>
  summary(captures: readonly CaptureSummary[]): Summary
}
