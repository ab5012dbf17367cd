/** Whether a set holds a value (Linux nft_lookup). Statements on the element that was found run, and may end the rule. */

import type { Machine, StatementExpression, Step } from '../machine.ts'
import { Result } from '../result.ts'
import { ExactStore } from '../sets/exact-store.ts'
import type { LookupStatement } from '../statement.ts'
import { registersOf } from '../value.ts'

function compile(statement: LookupStatement, machine: Machine): Step {
  const { registers } = machine
  const store = machine.store(statement.set)
  const { elements } = store
  const load = machine.load(statement.key, 0)
  if (statement.isNegated) {
    return (packet) => (load(packet) && store.find(registers, 0) < 0 ? Result.next : Result.break)
  }
  if (store instanceof ExactStore && registersOf(statement.key) === 1) {
    return (packet) => {
      if (!load(packet)) return Result.break
      const element = store.findWord(registers[0]!)
      return element < 0 ? Result.break : elements.run(element, packet)
    }
  }
  return (packet) => {
    if (!load(packet)) return Result.break
    const element = store.find(registers, 0)
    return element < 0 ? Result.break : elements.run(element, packet)
  }
}

export const lookup: StatementExpression<LookupStatement> = { compile }
