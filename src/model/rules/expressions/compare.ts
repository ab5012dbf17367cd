/** Compares a value with a constant (Linux nft_cmp): registers are compared as unsigned numbers, most significant word first. */

import { InvariantError } from '../../bytes/index.ts'
import type { Load, Machine, StatementExpression, Step } from '../machine.ts'
import { Result } from '../result.ts'
import type { CompareStatement } from '../statement.ts'
import { registersOf } from '../value.ts'
import { compareWords } from '../words.ts'
import { compileHotCompare } from './hot-compare.ts'

/** The constant's words, an interface's index in place of its name. */
export function constantWords(statement: CompareStatement, machine: Machine): readonly number[] {
  if (statement.interfaceName === null) return statement.right
  return [machine.surroundings.host.interfaceIndex(statement.interfaceName)]
}

function compile(statement: CompareStatement, machine: Machine): Step {
  return compileHotCompare(statement, machine) ?? compileGeneral(statement, machine)
}

/** Every compare, through registers. */
export function compileGeneral(statement: CompareStatement, machine: Machine): Step {
  const load = machine.load(statement.left, 0)
  const right = Int32Array.from(constantWords(statement, machine))
  if (statement.prefixBits !== null) return comparePrefix(statement, statement.prefixBits, load, right, machine)
  const words = registersOf(statement.left)
  if (right.length !== words)
    throw new InvariantError(`a ${statement.left.kind} value of ${words} words compared with ${right.length}`)
  return words === 1
    ? compareOne(statement.operator, load, right[0]!, machine)
    : compareAll(statement, load, right, machine)
}

function compareOne(operator: CompareStatement['operator'], load: Load, right: number, machine: Machine): Step {
  const { registers } = machine
  if (operator === '==') {
    return (packet) => (load(packet) && registers[0] === right ? Result.next : Result.break)
  }
  if (operator === '!=') {
    return (packet) => (load(packet) && registers[0] !== right ? Result.next : Result.break)
  }
  const holds = orderTest(operator)
  return (packet) => (load(packet) && holds((registers[0]! >>> 0) - (right >>> 0)) ? Result.next : Result.break)
}

function compareAll(statement: CompareStatement, load: Load, right: Int32Array, machine: Machine): Step {
  const { registers } = machine
  const words = right.length
  const holds = orderTest(statement.operator)
  return (packet) => (load(packet) && holds(compareWords(registers, 0, right, 0, words)) ? Result.next : Result.break)
}

function orderTest(operator: CompareStatement['operator']): (order: number) => boolean {
  switch (operator) {
    case '==':
      return (order) => order === 0
    case '!=':
      return (order) => order !== 0
    case '<':
      return (order) => order < 0
    case '>':
      return (order) => order > 0
    case '<=':
      return (order) => order <= 0
    case '>=':
      return (order) => order >= 0
  }
}

/** Only the first bits count: prefixes of interface names, of addresses. */
function comparePrefix(
  statement: CompareStatement,
  bits: number,
  load: Load,
  right: Int32Array,
  machine: Machine,
): Step {
  const { registers } = machine
  const masks = prefixMasks(registersOf(statement.left), statement.left.width, bits)
  const isEqualWanted = statement.operator === '=='
  if (!isEqualWanted && statement.operator !== '!=')
    throw new InvariantError(`a prefix of a ${statement.left.kind} value compared by ${statement.operator}`)
  return (packet) => {
    if (!load(packet)) return Result.break
    let isEqual = true
    for (let i = 0; i < masks.length; i++) {
      if (((registers[i]! ^ (right[i] ?? 0)) & masks[i]!) !== 0) isEqual = false
    }
    return isEqual === isEqualWanted ? Result.next : Result.break
  }
}

function prefixMasks(words: number, width: number, bits: number): number[] {
  return Array.from({ length: words }, (_, i) => {
    const held = i === words - 1 && (width & 31) !== 0 ? width & 31 : 32
    const wanted = Math.max(0, Math.min(held, bits - 32 * i))
    return wanted === 0 ? 0 : Number(BigInt.asIntN(32, ((1n << BigInt(wanted)) - 1n) << BigInt(held - wanted)))
  })
}

export const compare: StatementExpression<CompareStatement> = { compile }
