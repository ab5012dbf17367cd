/** The stateful object that a map has for a key; without an element the rule does not match (Linux nft_objref_map). */

import type { ObjectMapStatement } from '../../rules/index.ts'
import { intoRegisters, run } from '../code/operation.ts'
import type { StatementExpression } from '../machine.ts'
import { isFinal, Result } from '../result.ts'

export const objectMap: StatementExpression<ObjectMapStatement> = {
  code(statement, machine, ruleId) {
    const { registers } = machine
    const store = machine.store(statement.map)
    const find = run((packet) => {
      const element = store.find(registers, 0)
      if (element < 0) return Result.break
      const object = store.elements.object(element)
      if (object === null) return Result.next
      const result = machine.object(object).step(packet)
      if (isFinal(result)) packet.rule = ruleId
      return result
    })
    return [...intoRegisters(machine.code(statement.key, 0), 0), find]
  },
}
