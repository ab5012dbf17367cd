/** Values side by side, for keys of several fields. */

import { type ConcatenationValue, registersOf } from '../../rules/index.ts'
import type { ValueCode } from '../code/operation.ts'
import type { Machine, ValueExpression } from '../machine.ts'

function code(value: ConcatenationValue, at: number, machine: Machine): ValueCode {
  // Parts are computed in order: what one scribbles behind its own registers, the next overwrites.
  let next = at
  const parts = value.parts.map((part) => {
    const compiled = machine.code(part, next)
    next += registersOf(part)
    return compiled
  })
  return { operations: parts.flatMap((part) => part.operations), words: parts.flatMap((part) => part.words) }
}

export const concatenation: ValueExpression<ConcatenationValue> = {
  code,
  describe: (value, describe) => value.parts.map(describe).join(' . '),
}
