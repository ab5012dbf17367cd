/** Judgments as lines: those that are asked for, in the form that is asked for. */

import { isWanted, type Judgment } from '../../../analysis/replay/index.ts'
import { judgmentJson, printJudgment } from '../../../analysis/report/index.ts'
import { styleOf } from '../terminal.ts'
import type { Listing } from './messages.ts'

/** Answers the line with its end, or null for a judgment that is not asked for. */
export function listerFor({ filter, form, isColoured }: Listing): (judgment: Judgment) => string | null {
  const style = styleOf(isColoured)
  const print =
    form === 'json' ? judgmentJson : (judgment: Judgment): string => printJudgment(judgment, style).trimEnd()
  return (judgment) => (isWanted(filter, judgment) ? `${print(judgment)}\n` : null)
}
