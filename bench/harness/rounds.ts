/** Work in short rounds, so that rounds of one thing and of another can be timed in turn. */

export interface Rounds {
  /** What a round needs and is not timed. */
  readonly prepare: () => void
  /** One round; answers how many packets (or lookups, ...) it did. */
  readonly run: () => number
}

/** Nanoseconds for one packet of the next round. */
export function timeRound({ prepare, run }: Rounds): number {
  prepare()
  const started = performance.now()
  const done = run()
  return ((performance.now() - started) * 1e6) / done
}
