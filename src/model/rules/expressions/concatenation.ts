/** Values side by side, for keys of several fields. */

import type { Load, Machine, ValueExpression } from '../machine.ts'
import { type ConcatenationValue, registersOf } from '../value.ts'

function load(value: ConcatenationValue, register: number, machine: Machine): Load {
  // Parts are loaded in order: what one scribbles behind its own words, the next overwrites.
  let at = register
  const loads = value.parts.map((part) => {
    const compiled = machine.load(part, at)
    at += registersOf(part)
    return compiled
  })
  const [first, second] = loads
  if (loads.length === 2 && first && second) return (packet) => first(packet) && second(packet)
  return (packet) => {
    for (let i = 0; i < loads.length; i++) if (!loads[i]!(packet)) return false
    return true
  }
}

export const concatenation: ValueExpression<ConcatenationValue> = {
  load,
  describe: (value, describe) => value.parts.map(describe).join(' . '),
}
