/** Recorded ratios: which belong to this machine, and what a ratio of today says against them. */

/** By kind of machine, by workload: steps of the reference that a packet costs. */
export type Recorded = Readonly<Record<string, Readonly<Record<string, number>>>>

/** What the ratios are held against. */
export interface Yardstick {
  readonly ratios: Readonly<Record<string, number>>
  /** The share of its speed that a workload may lose. */
  readonly mostLoss: number
  /** Where the ratios are from. */
  readonly machine: string
}

const mostLossHere = 0.2
/** Another processor or another engine weighs memory, branches and arithmetic otherwise: only what is grossly slower is told. */
const mostLossElsewhere = 0.5

/** The ratios recorded on such a machine, else those of the first one in the file; undefined when none are recorded. */
export function yardstickFor(recorded: Recorded, machine: string): Yardstick | undefined {
  const own = recorded[machine]
  if (own) return { ratios: own, mostLoss: mostLossHere, machine }
  const [other] = Object.entries(recorded)
  return other && { ratios: other[1], mostLoss: mostLossElsewhere, machine: other[0] }
}

/** The share of its speed that a workload has lost: 0.2 when it does four packets in the time of five. Negative when it has become quicker. */
export const lossOf = (recorded: number, now: number): number => 1 - recorded / now

/** The middle one of several. */
export function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
