/** A verdict written in the rule (Linux nft_immediate). */

import type { StatementExpression, Step } from '../machine.ts'
import { Result } from '../result.ts'
import type { VerdictStatement } from '../statement.ts'

/** Whether a result is the end of a packet's way through the base chain. */
export const isFinal = (result: number): boolean => result === Result.accept || result === Result.drop

export const verdict: StatementExpression<VerdictStatement> = {
  compile(statement, machine, ruleId): Step {
    const result = machine.verdictResult(statement.verdict)
    if (!isFinal(result)) return () => result
    return (packet) => {
      packet.rule = ruleId
      return result
    }
  },
}
