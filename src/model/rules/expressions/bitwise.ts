/** (value & and) ^ xor, then shifted (Linux nft_bitwise). */

import type { Load, Machine, ValueExpression } from '../machine.ts'
import { type BitwiseValue, wordsOf } from '../value.ts'

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

function load(value: BitwiseValue, register: number, machine: Machine): Load {
  const { registers } = machine
  const { and, shift, width, xor } = value
  const inner = machine.load(value.of, register)
  const words = wordsOf(width)
  if (words === 1) {
    const mask = lastMask(width)
    const onlyAnd = and[0] ?? -1
    const onlyXor = xor[0] ?? 0
    return (packet) => {
      if (!inner(packet)) return false
      const masked = (registers[register]! & onlyAnd) ^ onlyXor
      registers[register] = shift === 0 ? masked : shift > 0 ? (masked << shift) & mask : masked >>> -shift
      return true
    }
  }
  return (packet) => {
    if (!inner(packet)) return false
    for (let i = 0; i < words; i++)
      registers[register + i] = (registers[register + i]! & (and[i] ?? -1)) ^ (xor[i] ?? 0)
    if (shift !== 0) shiftWords(registers, register, width, shift)
    return true
  }
}

function describe(value: BitwiseValue, inner: (value: BitwiseValue['of']) => string): string {
  const masked = `${inner(value.of)} & ${hexadecimal(value.and)}`
  const flipped = value.xor.every((word) => word === 0) ? masked : `${masked} ^ ${hexadecimal(value.xor)}`
  if (value.shift === 0) return flipped
  return value.shift > 0 ? `${flipped} << ${value.shift}` : `${flipped} >> ${-value.shift}`
}

const hexadecimal = (words: readonly number[]): string =>
  `0x${words.map((word, i) => (word >>> 0).toString(16).padStart(i === 0 ? 1 : 8, '0')).join('')}`

export const bitwise: ValueExpression<BitwiseValue> = { load, describe }
