/** Answers the packet with an ICMP error or a reset, then drops it (Linux nft_reject_inet). */

import type { RejectStatement } from '../../rules/index.ts'
import { run } from '../code/operation.ts'
import type { StatementExpression } from '../machine.ts'
import { Result } from '../result.ts'

export const reject: StatementExpression<RejectStatement> = {
  code(statement, machine, ruleId) {
    const { surroundings } = machine
    const { code, type } = statement
    const answer = run((packet) => {
      packet.rule = ruleId
      surroundings.reject(packet, type, code)
      return Result.drop
    })
    return [answer]
  },
}
