/** (value & and) ^ xor, then shifted (Linux nft_bitwise). */

import { type BitwiseValue, wordsOf } from '../../rules/index.ts'
import { filled, intoRegisters, type ValueCode } from '../code/operation.ts'
import { combine, mask, type Word } from '../code/word.ts'
import type { Machine, ValueExpression } from '../machine.ts'

/** Bits that the last word of a value holds. */
const lastMask = (width: number): number => ((width & 31) === 0 ? -1 : 2 ** (width & 31) - 1)

/** Shifts a value whose last word holds only what remains of its width: the words meet at that width, not at 32. */
function shiftWords(registers: Int32Array, register: number, width: number, shift: number): void {
  let value = 0n
  const words = wordsOf(width)
  const last = width - (words - 1) * 32
  for (let i = 0; i < words; i++) {
    value = (value << BigInt(i === words - 1 ? last : 32)) | BigInt(registers[register + i]! >>> 0)
  }
  value = shift > 0 ? BigInt.asUintN(width, value << BigInt(shift)) : value >> BigInt(-shift)
  for (let i = words - 1; i >= 0; i--) {
    const bits = i === words - 1 ? last : 32
    registers[register + i] = Number(BigInt.asIntN(32, BigInt.asUintN(bits, value)))
    value >>= BigInt(bits)
  }
}

function code(value: BitwiseValue, at: number, machine: Machine): ValueCode {
  const { and, shift, width, xor } = value
  const { operations, words } = machine.code(value.of, at)
  const masked = words.slice(0, wordsOf(width)).map((word, i) => flip(mask(word, and[i] ?? -1), xor[i] ?? 0))
  const [first] = masked
  if (shift === 0) return { operations, words: masked }
  if (first && masked.length === 1) return { operations, words: [shiftWord(first, width, shift)] }
  const shifted = filled(at, masked.length, () => {
    shiftWords(machine.registers, at, width, shift)
    return true
  })
  return {
    operations: [...intoRegisters({ operations, words: masked }, at), ...shifted.operations],
    words: shifted.words,
  }
}

const flip = (word: Word, bits: number): Word => (bits === 0 ? word : combine(word, '^', bits))

const shiftWord = (word: Word, width: number, shift: number): Word =>
  shift > 0 ? mask(combine(word, '<<', shift), lastMask(width)) : combine(word, '>>>', -shift)

function describe(value: BitwiseValue, inner: (value: BitwiseValue['of']) => string): string {
  const masked = `${inner(value.of)} & ${hexadecimal(value.and)}`
  const flipped = value.xor.every((word) => word === 0) ? masked : `${masked} ^ ${hexadecimal(value.xor)}`
  if (value.shift === 0) return flipped
  return value.shift > 0 ? `${flipped} << ${value.shift}` : `${flipped} >> ${-value.shift}`
}

const hexadecimal = (words: readonly number[]): string =>
  `0x${words.map((word, i) => (word >>> 0).toString(16).padStart(i === 0 ? 1 : 8, '0')).join('')}`

export const bitwise: ValueExpression<BitwiseValue> = { code, describe }
