/** The value that a map has for a key (Linux nft_lookup with a destination register). */

import type { Load, Machine, ValueExpression } from '../machine.ts'
import { Result } from '../result.ts'
import { type MappedValue, wordsOf } from '../value.ts'

function load(value: MappedValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const words = wordsOf(value.width)
  const store = machine.store(value.map)
  const { elements } = store
  const key = machine.load(value.key, register)
  return (packet) => {
    if (!key(packet)) return false
    const element = store.find(registers, register)
    if (element < 0) return false
    for (let i = 0; i < words; i++) registers[register + i] = elements.dataWord(element, i)
    return elements.run(element, packet) === Result.next
  }
}

export const map: ValueExpression<MappedValue> = {
  load,
  describe: (value, describe) =>
    `${describe(value.key)} map ${value.map.isAnonymous ? '{ ... }' : `@${value.map.name}`}`,
}
