/** Whether a value lies between two constants, both included (Linux nft_range). */

import type { RangeStatement } from '../../rules/index.ts'
import { need, type Operation } from '../code/operation.ts'
import { all, any, order } from '../code/word.ts'
import type { Machine, StatementExpression } from '../machine.ts'

function code({ from, isNegated, left, to }: RangeStatement, machine: Machine): readonly Operation[] {
  const { operations, words } = machine.code(left, 0)
  const condition = isNegated
    ? any([order(words, '<', from), order(words, '>', to)])
    : all([order(words, '>=', from), order(words, '<=', to)])
  return [...operations, need(condition)]
}

export const range: StatementExpression<RangeStatement> = { code }
