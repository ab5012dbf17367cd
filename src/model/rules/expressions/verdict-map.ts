/** The verdict that a map has for a key; without an element the rule does not match (Linux nft_lookup, verdict register). */

import type { StatementExpression, Step } from '../machine.ts'
import { Result } from '../result.ts'
import type { VerdictMapStatement } from '../statement.ts'
import { isFinal } from './verdict.ts'

export const verdictMap: StatementExpression<VerdictMapStatement> = {
  compile(statement, machine, ruleId): Step {
    const { registers } = machine
    const store = machine.store(statement.map)
    const { elements } = store
    const load = machine.load(statement.key, 0)
    return (packet) => {
      if (!load(packet)) return Result.break
      const element = store.find(registers, 0)
      if (element < 0) return Result.break
      // A statement on the element that ends the rule takes the map's verdict with it.
      const ended = elements.run(element, packet)
      if (ended !== Result.next) return ended
      const result = elements.result(element)
      if (isFinal(result)) packet.rule = ruleId
      return result
    }
  },
}
