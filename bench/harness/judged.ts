/** A workload's figures held against their targets, and what they cost in steps of the reference loop. */

import type { Target, Workload } from '../workloads.ts'
import type { ChildResult } from './child.ts'
import type { Measurement } from './measurement.ts'

export interface Judged extends Measurement {
  readonly workload: string
  readonly target: Target | null
  /** Null where there is no target, or no figure to hold against it. */
  readonly isMet: boolean | null
  /** Steps of the reference loop, before and after the workload, that take as long as one packet (lookup, start, ...); null for what is no time. */
  readonly ratio: number | null
}

export function judge(workload: Workload, { figures, reference }: ChildResult): readonly Judged[] {
  const step = (reference.before + reference.after) / 2
  const judged = figures.map((figure): Judged => {
    const target = targetOf(workload, figure.name)
    const nanoseconds = nanosecondsOf(figure)
    return {
      workload: workload.name,
      ...figure,
      target,
      isMet: target === null || figure.value === null ? null : isWithin(figure.value, target),
      ratio: nanoseconds === null ? null : nanoseconds / step,
    }
  })
  const missing = Object.keys(workload.targets).filter((name) => !figures.some((figure) => isNamed(figure.name, name)))
  return [...judged, ...missing.flatMap((name) => missingFigure(workload, name, 'the bench does not tell it'))]
}

const isNamed = (figure: string, name: string): boolean => figure === name || figure.endsWith(`: ${name}`)

function targetOf({ targets }: Workload, figure: string): Target | null {
  return Object.entries(targets).find(([name]) => isNamed(figure, name))?.[1] ?? null
}

/** For a workload that did not run: each of its targets without a figure. */
export const missed = (workload: Workload, note: string): readonly Judged[] =>
  Object.keys(workload.targets).flatMap((name) => missingFigure(workload, name, note))

const missingFigure = (workload: Workload, name: string, note: string): Judged[] => [
  {
    workload: workload.name,
    name,
    value: null,
    unit: '',
    note,
    target: workload.targets[name] ?? null,
    isMet: null,
    ratio: null,
  },
]

export const isWithin = (value: number, target: Target): boolean =>
  'least' in target ? value >= target.least : value <= target.most

/** `ns a packet` is a time like `ns`. */
const nanosecondsIn: Readonly<Record<string, number>> = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 }

/** How long one of what the figure counts takes; null when it is neither a time nor a rate. */
export function nanosecondsOf({ value, unit }: Measurement): number | null {
  if (value === null || value <= 0) return null
  const factor = nanosecondsIn[unit.split(' ')[0] ?? '']
  if (factor !== undefined) return value * factor
  if (!unit.endsWith('/s')) return null
  return 1e9 / (value * (unit.startsWith('million ') ? 1e6 : 1))
}
