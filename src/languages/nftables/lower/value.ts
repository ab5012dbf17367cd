/** Values that read the packet: terms, bits of them, concatenations, maps; and constants where a type is expected. */

import { type BitwiseValue, mapValueWidth, type Value } from '../../../model/rules/index.ts'
import type { Expression, ExpressionOf } from '../ast.ts'
import { refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import { integerType } from '../symbols/datatypes.ts'
import { lowerTerm } from '../terms/index.ts'
import { describe, numberOf } from './constant.ts'
import type { Scope } from './scope.ts'
import { allOnes, numberFrom, type Typed, typedOf, wordsFrom } from './typed.ts'

export function lowerValue(expression: Expression, expected: DataType | null, scope: Scope): Typed {
  switch (expression.kind) {
    case 'term':
      return lowerTerm(expression.term, scope)
    case 'concatenation':
      return concatenationOf(expression, [], scope)
    case 'map':
      return mappedOf(expression, expected, scope)
    case 'binary':
      if (readsPacket(expression.left)) return bitsOf(expression, expected, scope)
      if (readsPacket(expression.right))
        refuse(
          'nft-operator',
          expression.right.span,
          'expected a constant, found something that is read from the packet',
        )
      return constantOf(expression, expected, scope)
    default:
      return constantOf(expression, expected, scope)
  }
}

/** A value that a statement writes where `expected` belongs. */
export function lowerValueOfType(expression: Expression, expected: DataType, scope: Scope): Value {
  const { value, parts } = lowerValue(expression, expected, scope)
  const type = parts[0]?.type
  if (parts.length !== 1 || !type || !isAssignable(type, expected) || isOtherField(value, type, expected)) {
    refuse('nft-type-mismatch', expression.span, `expected ${expected.title}, found ${type?.title ?? 'nothing'}`)
  }
  return value
}

/** Numbers may be written into wider numbers, and all that is a number into marks; all else must be of the same type. */
function isAssignable(type: DataType, expected: DataType): boolean {
  if (type.width > expected.width) return false
  if (type.name === expected.name) return true
  return isNumber(type) && isNumber(expected) && (expected.name === 'mark' || type.name === 'integer')
}

const isNumber = (type: DataType): boolean => ['integer', 'class', 'user'].includes(type.notation)

/** A field of a header goes as it is into one of its own width only. */
const isOtherField = (value: Value, type: DataType, expected: DataType): boolean =>
  value.kind === 'payload' && expected.name !== 'mark' && type.width !== expected.width

export const readsPacket = (expression: Expression): boolean =>
  expression.kind === 'term' ||
  expression.kind === 'map' ||
  (expression.kind === 'binary' && (readsPacket(expression.left) || readsPacket(expression.right)))

function constantOf(expression: Expression, expected: DataType | null, scope: Scope): Typed {
  if (expected === null) {
    return refuse(
      'nft-type-mismatch',
      expression.span,
      `expected something that is read from the packet, found ${describe(expression)}`,
    )
  }
  const number = numberOf(expression, expected, scope)
  return typedOf({ kind: 'constant', words: wordsFrom(number, expected.width), width: expected.width }, expected)
}

/** The key for a set; a constant part takes the type of its place. */
export const lowerKey = (expression: Expression, types: readonly DataType[], scope: Scope): Typed =>
  expression.kind === 'concatenation' && expression.parts.length === types.length
    ? concatenationOf(expression, types, scope)
    : lowerValue(expression, types.length === 1 && !readsPacket(expression) ? (types[0] ?? null) : null, scope)

function concatenationOf(expression: ExpressionOf<'concatenation'>, types: readonly DataType[], scope: Scope): Typed {
  const parts = expression.parts.flatMap((part, i) => {
    refuseUnnamedFamily(part)
    const expected = readsPacket(part) ? null : (types[i] ?? null)
    return lowerValue(part, expected, scope).parts
  })
  const values = parts.map((part) => part.value)
  const width = parts.reduce((sum, part) => sum + ((part.type.width + 31) >>> 5) * 32, 0)
  if (width > 512)
    refuse('nft-value-range', expression.span, `expected a concatenation of at most 512 bits, found ${width}`)
  return { value: { kind: 'concatenation', parts: values, width }, parts }
}

/** Beside other keys nft takes the connection's addresses by their own names only. */
function refuseUnnamedFamily(part: Expression): void {
  if (part.kind !== 'term' || part.term.kind !== 'ct' || part.term.family !== null) return
  const { key, direction } = part.term
  if (key !== 'saddr' && key !== 'daddr') return
  refuse('nft-protocol-needed', part.span, `ct ${direction} ${key} may be IPv4 or IPv6 in a concatenation`, {
    hint: `write ct ${direction} ip ${key} or ct ${direction} ip6 ${key}`,
  })
}

function mappedOf(expression: ExpressionOf<'map'>, expected: DataType | null, scope: Scope): Typed {
  const key = scope.value(expression.key, null)
  if (expected === null)
    return refuse('nft-operator', expression.span, 'expected a match, found a map: maps give values to statements')
  const map = scope.setFor(expression.map, key, { kind: 'value', types: [expected], isInterval: false })
  const width = map.data?.kind === 'value' ? mapValueWidth(map.data) : expected.width
  return typedOf({ kind: 'map', key: key.value, map, width }, expected)
}

function bitsOf(expression: ExpressionOf<'binary'>, expected: DataType | null, scope: Scope): Typed {
  const { operator } = expression
  const left = lowerValue(expression.left, expected, scope)
  const part = left.parts[0]
  if (!part || left.parts.length !== 1 || part.type.notation === 'string') {
    return refuse(
      'nft-operator',
      expression.span,
      `expected one value with bits, found ${left.parts.length > 1 ? 'a concatenation' : (part?.type.title ?? 'nothing')}`,
    )
  }
  // A narrow number that is to be written into a wider one takes its bits there.
  const type = expected !== null && isAssignable(part.type, expected) ? expected : part.type
  const { width } = type
  if (operator === '<<' || operator === '>>') {
    const by = Number(numberOf(expression.right, integerType(32), scope))
    if (by >= Math.max(32, width))
      refuse('nft-value-range', expression.right.span, `expected a shift below ${width}, found ${by}`)
    // A narrow field that is shifted to the left grows into its register.
    const wide = operator === '<<' && width < 32 && type.notation === 'integer' ? integerType(32) : type
    return typedOf(shifted(part.value, wide.width, operator === '<<' ? by : -by), wide)
  }
  if (readsPacket(expression.right)) {
    refuse(
      'nft-unsupported-value',
      expression.right.span,
      'expected a constant, found something that is read from the packet',
    )
  }
  const constant = numberOf(expression.right, type, scope)
  const ones = allOnes(width)
  const and = operator === '&' ? constant : operator === '|' ? ones ^ constant : ones
  return typedOf(masked(part.value, and, operator === '&' ? 0n : constant, width), type)
}

const shifted = (of: Value, width: number, shift: number): BitwiseValue => ({
  kind: 'bitwise',
  of,
  and: wordsFrom(allOnes(width), width),
  xor: wordsFrom(0n, width),
  shift,
  width,
})

/** (value & and) ^ xor; what is masked already becomes one step with it. */
export function masked(of: Value, and: bigint, xor: bigint, width: number): BitwiseValue {
  if (of.kind === 'bitwise' && of.shift === 0 && of.width === width) {
    return masked(of.of, numberFrom(of.and, width) & and, (numberFrom(of.xor, width) & and) ^ xor, width)
  }
  return { kind: 'bitwise', of, and: wordsFrom(and, width), xor: wordsFrom(xor, width), shift: 0, width }
}
