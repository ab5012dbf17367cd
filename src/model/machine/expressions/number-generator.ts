/** `numgen`: numbers in turn or at random, below a modulus (Linux nft_numgen). */

import { type NumberGeneratorValue, wordsOf } from '../../rules/index.ts'
import { filled, type ValueCode } from '../code/operation.ts'
import type { Load, Machine, ValueExpression } from '../machine.ts'

function load(value: NumberGeneratorValue, register: number, machine: Machine): Load {
  const { registers, surroundings } = machine
  const { modulus, offset } = value
  if (value.mode === 'random') {
    return () => {
      registers[register] = Math.floor(surroundings.random() * modulus) + offset
      return true
    }
  }
  let last = modulus - 1
  return () => {
    last = last + 1 < modulus ? last + 1 : 0
    registers[register] = last + offset
    return true
  }
}

const code = (value: NumberGeneratorValue, at: number, machine: Machine): ValueCode =>
  filled(at, wordsOf(value.width), load(value, at, machine))

export const numberGenerator: ValueExpression<NumberGeneratorValue> = {
  code,
  describe: (value) =>
    `numgen ${value.mode} mod ${value.modulus}${value.offset === 0 ? '' : ` offset ${value.offset}`}`,
}
