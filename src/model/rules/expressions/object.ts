/** A stateful object of the table, by its name (Linux nft_objref). */

import type { StatementExpression } from '../machine.ts'
import type { ObjectStatement } from '../statement.ts'
import { isFinal } from './verdict.ts'

export const object: StatementExpression<ObjectStatement> = {
  compile(statement, machine, ruleId) {
    const { step } = machine.object(statement.object)
    return (packet) => {
      const result = step(packet)
      if (isFinal(result)) packet.rule = ruleId
      return result
    }
  },
}
