/** A value written in the rule (Linux nft_immediate). */

import type { Load, Machine, ValueExpression } from '../machine.ts'
import type { ConstantValue } from '../value.ts'

function load(value: ConstantValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const { words } = value
  return () => {
    for (let i = 0; i < words.length; i++) registers[register + i] = words[i]!
    return true
  }
}

export const constant: ValueExpression<ConstantValue> = {
  load,
  describe: (value) => value.words.map((word) => String(word >>> 0)).join(' '),
}
