/** A stateful object of the table, by its name (Linux nft_objref). */

import type { ObjectStatement } from '../../rules/index.ts'
import { run } from '../code/operation.ts'
import type { StatementExpression } from '../machine.ts'
import { isFinal } from '../result.ts'

export const object: StatementExpression<ObjectStatement> = {
  code(statement, machine, ruleId) {
    const { code, step } = machine.object(statement.object)
    if (code) return [code]
    const refer = run((packet) => {
      const result = step(packet)
      if (isFinal(result)) packet.rule = ruleId
      return result
    })
    return [refer]
  },
}
