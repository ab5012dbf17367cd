/** What the program and its workers tell each other; all of it is plain data. */

import type {
  Filter,
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

/** What a worker is started with. */
export interface WorkerData {
  /** Without the ruleset, which is more than plain data: each worker reads it from its text. */
  readonly task: Omit<ShardTask, 'ruleset'>
  readonly rulesetText: RulesetText
  readonly index: number
  readonly count: number
  /** Bytes of each capture when the replay began: what comes later is not read. */
  readonly sizes: readonly number[]
  /** Null: judgments are not asked for. */
  readonly listing: Listing | null
  /** Two numbers for each worker: packets judged, and KiB read. */
  readonly pace: Int32Array
}

/** Frames after which a worker that lists waits for the numbers of what it has judged; a multiple of 32. */
export const framesInRun = 1 << 14

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
  /** Lines of the judgments of the run that was numbered, one behind the other, and their packets' numbers and lengths. */
  | { readonly kind: 'lines'; readonly text: string; readonly numbers: Float64Array; readonly lengths: Int32Array }

/** The numbers of the next run: what all workers judged in it, and the worker's own new entries. */
export interface NumbersOfRun {
  readonly judged: Int32Array
  readonly entries: Int32Array
}
