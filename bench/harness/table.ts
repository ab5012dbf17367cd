/** Judged figures as a table for people. */

import type { Target } from '../workloads.ts'
import type { Judged } from './judged.ts'
import { measurementText } from './measurement.ts'

export const targetText = (target: Target): string =>
  'least' in target ? `at least ${target.least}` : `at most ${target.most}`

const nameWidth = 46

export function rowOf(figure: Judged): string {
  const verdict = figure.target === null ? '' : figure.isMet === null ? 'MISSING' : figure.isMet ? 'met' : 'NOT MET'
  const columns = [
    `  ${figure.name}`.padEnd(nameWidth),
    measurementText(figure).padStart(26),
    (figure.ratio === null ? '' : figure.ratio.toFixed(figure.ratio < 10 ? 2 : 1)).padStart(10),
    (figure.target === null ? '' : targetText(figure.target)).padStart(14),
    `  ${verdict}`.padEnd(9),
  ]
  return columns.join('').trimEnd()
}

export const heading: string = `  ${'figure'.padEnd(nameWidth - 2)}${'value'.padStart(26)}${'ratio'.padStart(10)}${'target'.padStart(14)}`

/** How it stands in one line. */
export function tally(figures: readonly Judged[]): string {
  const judged = figures.filter(({ target }) => target !== null)
  const met = judged.filter(({ isMet }) => isMet === true).length
  const missing = judged.filter(({ isMet }) => isMet === null).length
  return `${met} of ${judged.length} targets met, ${judged.length - met - missing} not met, ${missing} without a figure`
}
