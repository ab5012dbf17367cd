/** Compares a value with a constant (Linux nft_cmp): registers are compared as unsigned numbers, most significant word first. */

import { InvariantError } from '../../bytes/index.ts'
import { type CompareStatement, type MetaValue, stringWords, type Value, wordsString } from '../../rules/index.ts'
import { need, type Operation } from '../code/operation.ts'
import { any, type Condition, compare as compareWord, mask, order, type Word } from '../code/word.ts'
import type { Machine, StatementExpression } from '../machine.ts'

function code(statement: CompareStatement, machine: Machine): readonly Operation[] {
  const { left, operator, prefixBits, right } = byIndex(statement, machine)
  const { operations, words } = machine.code(left, 0)
  if (prefixBits === null && right.length !== words.length)
    throw new InvariantError(`a ${left.kind} value of ${words.length} words compared with ${right.length}`)
  if (operator === '==' || operator === '!=') {
    const masks = prefixBits === null ? words.map(() => -1) : prefixMasks(words.length, left.width, prefixBits)
    return [...operations, ...equality(words, masks, right, operator)]
  }
  if (prefixBits !== null) throw new InvariantError(`a prefix of a ${left.kind} value compared by ${operator}`)
  return [...operations, need(order(words, operator, right))]
}

/** Where `masks` are set all words are equal, or with `!=` any differs. */
function equality(
  words: readonly Word[],
  masks: readonly number[],
  right: readonly number[],
  operator: '==' | '!=',
): readonly Operation[] {
  const relation = operator === '==' ? '===' : '!=='
  const [only] = words
  if (only && words.length === 1 && masks[0] === -1) return [need(compareWord(only, relation, right[0] ?? 0))]
  const tests = words.flatMap((word, i): readonly Condition[] => {
    const bits = masks[i] ?? 0
    return bits === 0 ? [] : [compareWord(mask(word, bits), relation, (right[i] ?? 0) & bits)]
  })
  return operator === '==' ? tests.map(need) : [need(any(tests))]
}

interface Comparison {
  readonly left: Value
  readonly operator: CompareStatement['operator']
  readonly right: readonly number[]
  readonly prefixBits: number | null
}

/** Interfaces are compared by their indexes: names and indexes correspond one to one on a host. */
function byIndex(statement: CompareStatement, machine: Machine): Comparison {
  const { interfaceName, left, operator, prefixBits } = statement
  const { host } = machine.surroundings
  if (interfaceName !== null) return { left, operator, prefixBits, right: [host.interfaceIndex(interfaceName)] }
  const name = isInterfaceName(left) && (operator === '==' || operator === '!=') ? wholeName(statement) : null
  if (name === null) return statement
  const key = isInterfaceName(left) && left.key === 'oifname' ? 'oif' : 'iif'
  const index = name === '' ? 0 : host.interfaceIndex(name)
  return { left: { kind: 'meta', key, width: 32 }, operator, prefixBits: null, right: [index] }
}

const isInterfaceName = (value: Value): value is MetaValue =>
  value.kind === 'meta' && (value.key === 'iifname' || value.key === 'oifname')

/** The name, where all of it counts and it is one: zeros behind its end only. */
function wholeName({ left, prefixBits, right }: CompareStatement): string | null {
  const name = wordsString(right)
  const isWhole = prefixBits === null || prefixBits >= left.width
  return isWhole && stringWords(name).every((word, i) => word === ((right[i] ?? 0) | 0)) ? name : null
}

function prefixMasks(words: number, width: number, bits: number): number[] {
  return Array.from({ length: words }, (_, i) => {
    const held = i === words - 1 && (width & 31) !== 0 ? width & 31 : 32
    const wanted = Math.max(0, Math.min(held, bits - 32 * i))
    return wanted === 0 ? 0 : Number(BigInt.asIntN(32, ((1n << BigInt(wanted)) - 1n) << BigInt(held - wanted)))
  })
}

export const compare: StatementExpression<CompareStatement> = { code }
