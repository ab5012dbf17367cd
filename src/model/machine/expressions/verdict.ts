/** A verdict written in the rule (Linux nft_immediate). */

import type { VerdictStatement } from '../../rules/index.ts'
import { end } from '../code/operation.ts'
import type { StatementExpression } from '../machine.ts'

export const verdict: StatementExpression<VerdictStatement> = {
  code: (statement, machine, ruleId) => [end(machine.verdictResult(statement.verdict), ruleId)],
}
