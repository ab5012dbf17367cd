/** What the program and its workers tell each other; all of it is plain data. */

import type {
  Filter,
  RingMemory,
  ShardNeeds,
  ShardProgress,
  ShardResult,
  ShardTask,
  SharedLimits,
} from '../../../analysis/replay/index.ts'
import type { RulesetText } from '../ruleset-input.ts'

/** How judgments are listed. */
export interface Listing {
  readonly filter: Filter
  readonly form: 'json' | 'text'
  readonly isColoured: boolean
}

/** What a worker is to do. */
export interface WorkerTask {
  readonly kind: 'task'
  /** Without the ruleset, which is more than plain data: each thread reads it from its text. */
  readonly task: Omit<ShardTask, 'ruleset'>
  readonly rulesetText: RulesetText
  readonly index: number
  readonly memory: RingMemory
  /** Bytes of each capture when the replay began, for the worker that reads them: what comes later is not read. Null: another one does. */
  readonly sizes: readonly number[] | null
  /** Null: judgments are not asked for. */
  readonly listing: Listing | null
  /** For each worker packets judged, and last KiB read. */
  readonly pace: Int32Array
}

/** The numbers of the next run: what all workers judged in it, and the worker's own new entries. */
export interface NumbersOfRun {
  readonly kind: 'numbers'
  readonly judged: Int32Array
  readonly entries: Int32Array
}

export type ToWorker = WorkerTask | NumbersOfRun

/** Runs that a worker may be ahead of their numbers. */
export const runsAhead = 4

export type FromWorker =
  /** It cannot go on by itself. */
  | { readonly kind: 'trouble'; readonly why: string }
  /** The next run of frames has been replayed. `result`: the captures are at their end. */
  | {
      readonly kind: 'run'
      readonly progress: ShardProgress
      readonly needs: ShardNeeds
      readonly limits: SharedLimits
      readonly result: ShardResult | null
    }
  | LinesOfRun

/** Lines of the judgments of the run that was numbered, one behind the other, and their packets' numbers and lengths. */
export interface LinesOfRun {
  readonly kind: 'lines'
  readonly text: string
  readonly numbers: Float64Array
  readonly lengths: Int32Array
}
