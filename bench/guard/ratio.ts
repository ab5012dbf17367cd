/** The figure that is guarded: how many steps of the reference a packet costs. */

import { stepOf } from '../harness/reference.ts'
import type { ChildTimes } from './child.ts'

/**
 * Low, because others only ever make a round slower; not the lowest, which one lucky reading of the clock can make.
 */
const quantile = 0.1

export function ratioOf({ work, near, far }: ChildTimes): number {
  return lowOf(work) / stepOf(lowOf(near), lowOf(far))
}

function lowOf(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.floor(quantile * (sorted.length - 1))] ?? Number.NaN
}
