/** Whether a set holds a value (Linux nft_lookup). Statements on the element that was found run, and may end the rule. */

import type { LookupStatement } from '../../rules/index.ts'
import { intoRegisters, type Operation, run, runWith } from '../code/operation.ts'
import type { Machine, StatementExpression } from '../machine.ts'
import { Result } from '../result.ts'
import { ExactStore } from '../sets/exact-store.ts'

function code(statement: LookupStatement, machine: Machine): readonly Operation[] {
  const { registers } = machine
  const store = machine.store(statement.set)
  const { elements } = store
  const key = machine.code(statement.key, 0)
  const [word] = key.words
  if (store instanceof ExactStore && word && key.words.length === 1 && !statement.isNegated) {
    const find = runWith(word, (packet, value) => {
      const element = store.findWord(value)
      return element < 0 ? Result.break : elements.run(element, packet)
    })
    return [...key.operations, find]
  }
  const find = statement.isNegated
    ? run(() => (store.find(registers, 0) < 0 ? Result.next : Result.break))
    : run((packet) => {
        const element = store.find(registers, 0)
        return element < 0 ? Result.break : elements.run(element, packet)
      })
  return [...intoRegisters(key, 0), find]
}

export const lookup: StatementExpression<LookupStatement> = { code }
