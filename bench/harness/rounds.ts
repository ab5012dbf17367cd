/** Work in short rounds, so that rounds of one thing and of another can be timed in turn. */

import { processorMilliseconds } from './processor-clock.ts'

export interface Rounds {
  /** What a round needs and is not timed. */
  readonly prepare: () => void
  /** One round; answers how many packets (or lookups, ...) it did. */
  readonly run: () => number
}

/** Nanoseconds for one packet of the next round. */
export function timeRound({ prepare, run }: Rounds): number {
  prepare()
  const started = processorMilliseconds()
  const done = run()
  return ((processorMilliseconds() - started) * 1e6) / done
}
