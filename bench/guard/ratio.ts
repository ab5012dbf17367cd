/** The figure that is guarded: how many steps of the reference a packet costs. */

import type { ChildTimes } from './child.ts'

/**
 * Low, because others only ever make a round slower; not the lowest, which one lucky reading of the clock can make.
 */
const quantile = 0.1

/**
 * How much of the waiting for memory belongs to a reference step. With others at work on the machine the far loop became 2 to 3 times slower
 * and the workloads 1.0 to 1.2 times: more than this, and a busy machine would make them look better.
 */
const farShare = 0.02

export function ratioOf({ work, near, far }: ChildTimes): number {
  return lowOf(work) / (lowOf(near) + farShare * lowOf(far))
}

function lowOf(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.floor(quantile * (sorted.length - 1))] ?? Number.NaN
}
