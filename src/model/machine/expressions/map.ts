/** The value that a map has for a key (Linux nft_lookup with a destination register). */

import { type MappedValue, wordsOf } from '../../rules/index.ts'
import { filled, intoRegisters, type ValueCode } from '../code/operation.ts'
import type { Machine, ValueExpression } from '../machine.ts'
import { Result } from '../result.ts'

function code(value: MappedValue, at: number, machine: Machine): ValueCode {
  const { registers } = machine
  const words = wordsOf(value.width)
  const store = machine.store(value.map)
  const { elements } = store
  const found = filled(at, words, (packet) => {
    const element = store.find(registers, at)
    if (element < 0) return false
    for (let i = 0; i < words; i++) registers[at + i] = elements.dataWord(element, i)
    return elements.run(element, packet) === Result.next
  })
  const key = intoRegisters(machine.code(value.key, at), at)
  return { operations: [...key, ...found.operations], words: found.words }
}

export const map: ValueExpression<MappedValue> = {
  code,
  describe: (value, describe) =>
    `${describe(value.key)} map ${value.map.isAnonymous ? '{ ... }' : `@${value.map.name}`}`,
}
