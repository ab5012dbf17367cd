/** A stateful object of the table, by its name (Linux nft_objref). */

import { run } from '../code/operation.ts'
import type { StatementExpression } from '../machine.ts'
import { isFinal } from '../result.ts'
import type { ObjectStatement } from '../statement.ts'

export const object: StatementExpression<ObjectStatement> = {
  code(statement, machine, ruleId) {
    const { step } = machine.object(statement.object)
    const refer = run((packet) => {
      const result = step(packet)
      if (isFinal(result)) packet.rule = ruleId
      return result
    })
    return [refer]
  },
}
