/** The verdict that a map has for a key; without an element the rule does not match (Linux nft_lookup, verdict register). */

import type { VerdictMapStatement } from '../../rules/index.ts'
import { intoRegisters, run } from '../code/operation.ts'
import type { StatementExpression } from '../machine.ts'
import { isFinal, Result } from '../result.ts'

export const verdictMap: StatementExpression<VerdictMapStatement> = {
  code(statement, machine, ruleId) {
    const { registers } = machine
    const store = machine.store(statement.map)
    const { elements } = store
    const find = run((packet) => {
      const element = store.find(registers, 0)
      if (element < 0) return Result.break
      // A statement on the element that ends the rule takes the map's verdict with it.
      const ended = elements.run(element, packet)
      if (ended !== Result.next) return ended
      const result = elements.result(element)
      if (isFinal(result)) packet.rule = ruleId
      return result
    })
    return [...intoRegisters(machine.code(statement.key, 0), 0), find]
  },
}
