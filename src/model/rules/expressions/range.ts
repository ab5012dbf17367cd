/** Whether a value lies between two constants, both included (Linux nft_range). */

import type { Machine, StatementExpression, Step } from '../machine.ts'
import { Result } from '../result.ts'
import type { RangeStatement } from '../statement.ts'
import { registersOf } from '../value.ts'
import { compareWords } from '../words.ts'

function compile(statement: RangeStatement, machine: Machine): Step {
  const { registers } = machine
  const load = machine.load(statement.left, 0)
  const words = registersOf(statement.left)
  const from = Int32Array.from(statement.from)
  const to = Int32Array.from(statement.to)
  const inside = statement.isNegated ? Result.break : Result.next
  const outside = statement.isNegated ? Result.next : Result.break
  if (words === 1) {
    const low = from[0]! >>> 0
    const high = to[0]! >>> 0
    return (packet) => {
      if (!load(packet)) return Result.break
      const value = registers[0]! >>> 0
      return value >= low && value <= high ? inside : outside
    }
  }
  return (packet) => {
    if (!load(packet)) return Result.break
    const isInside = compareWords(registers, 0, from, 0, words) >= 0 && compareWords(registers, 0, to, 0, words) <= 0
    return isInside ? inside : outside
  }
}

export const range: StatementExpression<RangeStatement> = { compile }
