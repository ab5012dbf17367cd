/** What of a scenario must be known before its first packet. */
import type { Scenario } from '../../analysis/lab/index.ts'

/** A scenario whose packets come one by one. */
export type Beginning = Omit<Scenario, 'packets'>
