/** Matches as nft's JSON: comparisons, ranges and lookups, and what they say of the packet's headers. */

import type {
  CompareStatement,
  LookupStatement,
  PayloadValue,
  RangeStatement,
  Statement,
  Value,
} from '../../model/rules/index.ts'
import { type DataType, numberFrom } from '../nftables/index.ts'
import {
  boundsJson,
  constantJson,
  flagList,
  hasPrefixes,
  isFlags,
  patternOf,
  plainConstantJson,
  prefixJson,
} from './constant.ts'
import { coveredFields, type FoundField } from './header-field.ts'
import type { Json } from './json.ts'
import type { ProtocolContext } from './protocol-context.ts'
import { setJson } from './set-use.ts'
import { type Raised, raiseValue, unmasked, wholeBytes } from './value.ts'
import { onesOf, prefixLengthOf } from './words.ts'

/** A match as it will be printed, unless a later one makes it superfluous. */
export interface Match {
  readonly operator: string
  readonly left: Json
  readonly right: Json
  /** What kind of value stands on the left: nft joins two bounds of the same kind to a range. */
  readonly leftKind: string
  /** What a bound is a bound of, where it is a number. */
  readonly bound: { readonly value: bigint; readonly type: DataType } | null
  /** Tells the protocol context, which may hide this match or an earlier one. */
  readonly note: ((hide: () => void) => void) | null
}

const match = (operator: string, left: Json, right: Json, leftKind: string, note: Match['note'] = null): Match => ({
  operator,
  left,
  right,
  leftKind,
  bound: null,
  note,
})

/** nft 1.0.6 shows two bounds as a range of what the second is a bound of, and takes both for such. */
export const rangeOf = (lower: Match, upper: Match): Json =>
  lower.bound && upper.bound
    ? boundsJson(lower.bound.value, upper.bound.value, upper.bound.type)
    : { range: [lower.right, upper.right] }

/** nft counts options of all kinds as one kind of value. */
const kindOf = (value: Value): string =>
  ['exthdr', 'tcp-option', 'ip-option', 'sctp-chunk'].includes(value.kind) ? 'exthdr' : value.kind

type WrittenCompare = Extract<Statement, { readonly kind: 'compare' }>

export function compareMatches(statement: WrittenCompare, context: ProtocolContext): Match[] {
  const folded = foldedCompare(statement)
  if (folded) return compareMatches(folded, context)
  const { operator } = statement
  const left = wholeBytes(statement.left, context)
  const value = numberFrom(statement.right, statement.left.width) << shiftBetween(statement.left, left)
  const isEquality = operator === '==' || operator === '!='
  if (left.kind === 'payload' && isEquality) return fieldMatches(left, operator, value, context)
  const prefix = isEquality ? writtenPrefix(statement, value) : null
  if (prefix) return fieldMatches(prefix.bits, operator, prefix.value, context)
  const trimmed = unmasked(left, context)
  if (trimmed && !isPrefixed(left, context)) {
    const shifted = value >> BigInt(trimmed.shift)
    if (isEquality) return fieldMatches({ kind: 'payload', name: '', ...trimmed.bits }, operator, shifted, context)
    const raised = raiseValue(left, context)
    const bound = { value: shifted, type: raised.type }
    return [{ ...match(operator, raised.json, plainConstantJson(shifted, raised.type), 'payload'), bound }]
  }
  if (left.kind === 'bitwise' && left.shift === 0) return [maskedMatch(left, operator, value, context)]
  return [plainMatch(statement, left, value, context)]
}

/** A mask of all bits does nothing, and what an equality turns over it may turn over in the constant. */
function foldedCompare(statement: WrittenCompare): WrittenCompare | null {
  const { left, operator, right } = statement
  if (left.kind !== 'bitwise' || left.shift !== 0 || left.of.width !== left.width) return null
  if (numberFrom(left.and, left.width) !== onesOf(left.width)) return null
  if (operator !== '==' && operator !== '!=') return null
  return { ...statement, left: left.of, right: right.map((word, index) => (word ^ (left.xor[index] ?? 0)) >>> 0) }
}

/** How far `wholeBytes` has moved the bits. */
const shiftBetween = (before: Value, after: Value): bigint => {
  if (before === after || after.kind !== 'bitwise' || before.kind !== 'payload' || after.of.kind !== 'payload')
    return 0n
  return BigInt(after.of.offset + after.of.width - before.offset - before.width)
}

/** Of a prefix of whole bytes (`tcp dport 0x1500/8`) nft has the kernel read just these. */
function writtenPrefix({ left, text }: WrittenCompare, value: bigint): { bits: PayloadValue; value: bigint } | null {
  if (left.kind !== 'bitwise' || left.of.kind !== 'payload' || !text.includes('/') || text.includes('&')) return null
  const length = prefixLengthOf(numberFrom(left.and, left.width), left.width)
  if (length === null || length === 0 || length % 8 !== 0) return null
  return { bits: { ...left.of, width: length }, value: value >> BigInt(left.width - length) }
}

/** One comparison of bits may be one of several fields. */
function fieldMatches(left: PayloadValue, operator: string, value: bigint, context: ProtocolContext): Match[] {
  let rest = left.width
  return coveredFields(left, context).map((field) => {
    rest -= field.width
    const part = (value >> BigInt(rest)) & onesOf(field.width)
    return match(operator, field.json, fieldConstant(field, part), 'payload', noteField(field, operator, part, context))
  })
}

function fieldConstant(field: FoundField, part: bigint): Json {
  const missing = field.fieldWidth - field.width
  return missing === 0
    ? plainConstantJson(part, field.type)
    : prefixJson(part << BigInt(missing), field.width, field.type)
}

function noteField(field: FoundField, operator: string, part: bigint, context: ProtocolContext): Match['note'] {
  return (hide) => {
    context.fieldMet(field)
    if (operator === '==') context.fieldEquals(field, Number(part), hide)
  }
}

type Masked = Value & { readonly kind: 'bitwise' }

/** Whether the mask is a prefix of a type that has prefixes: printed so, and not as a field of those bits. */
function isPrefixed(left: Value, context: ProtocolContext): boolean {
  if (left.kind !== 'bitwise' || left.of.kind !== 'payload') return false
  const field = coveredFields(left.of, context)[0]
  return (
    field !== undefined &&
    hasPrefixes(field.type) &&
    prefixLengthOf(numberFrom(left.and, left.width), left.width) !== null
  )
}

function maskedMatch(left: Masked, operator: string, value: bigint, context: ProtocolContext): Match {
  const of = raiseValue(left.of, context)
  const mask = numberFrom(left.and, left.width)
  const isMask = numberFrom(left.xor, left.width) === 0n
  const isEquality = operator === '==' || operator === '!='
  if (isMask && isEquality && isFlags(of.type)) return flagMatch(of, operator, value, mask)
  const length = isMask && hasPrefixes(of.type) ? prefixLengthOf(mask, left.width) : null
  if (length === left.width) return match(operator, of.json, constantJson(value, of.type), kindOf(left.of))
  if (length !== null) return match(operator, of.json, prefixJson(value, length, of.type), kindOf(left.of))
  const whole = raiseValue(left, context)
  return match(operator, whole.json, constantJson(value, of.type), 'bitwise')
}

/** `tcp flags syn`, `tcp flags ! syn`, `tcp flags syn / syn,ack`. */
function flagMatch(of: Raised, operator: string, value: bigint, mask: bigint): Match {
  if (value === 0n) return match(operator === '!=' ? 'in' : '!', of.json, flagList(mask, of.type), 'flags')
  return match(operator, { '&': [of.json, flagList(mask, of.type)] }, flagList(value, of.type), 'flags')
}

function plainMatch(statement: CompareStatement, left: Value, value: bigint, context: ProtocolContext): Match {
  const { operator, interfaceName, prefixBits } = statement
  const raised = raiseValue(left, context)
  const right = interfaceName ?? valueJson(value, raised.type, prefixBits, left.kind === 'payload')
  const note = operator === '==' && (left.kind === 'meta' || left.kind === 'ct') ? noteKey(left, value, context) : null
  return { ...match(operator, raised.json, right, kindOf(left), note), bound: { value, type: raised.type } }
}

/** Flags are split where nft looks at the value again: not beside a field of a header. */
function valueJson(value: bigint, type: DataType, prefixBits: number | null, isField: boolean): Json {
  if (prefixBits === null) return isField ? plainConstantJson(value, type) : constantJson(value, type)
  return patternOf(value, value | onesOf(type.width - prefixBits), type.width)
}

const noteKey =
  (left: Value & { readonly kind: 'meta' | 'ct' }, value: bigint, context: ProtocolContext): Match['note'] =>
  (hide) =>
    context.keyEquals(left.kind, left.key, Number(value), hide)

export function rangeMatch(statement: RangeStatement, context: ProtocolContext): Match {
  const left = wholeBytes(statement.left, context)
  const shift = shiftBetween(statement.left, left)
  const back = BigInt(unmasked(left, context)?.shift ?? 0)
  const { width } = statement.left
  const raised = raiseValue(left, context)
  const from = (numberFrom(statement.from, width) << shift) >> back
  const to = (numberFrom(statement.to, width) << shift) >> back
  return match(statement.isNegated ? '!=' : '==', raised.json, boundsJson(from, to, raised.type), kindOf(left))
}

export function lookupMatch({ isNegated, key, set }: LookupStatement, context: ProtocolContext): Match {
  const left = wholeBytes(key, context)
  const shift = unmasked(left, context)?.shift ?? 0
  noteIcmpSet(key, set.elements.at(0)?.from[0], set.isAnonymous, context)
  const raised = raiseValue(left, context)
  return match(isNegated ? '!=' : '==', raised.json, setJson(set, key, shift), kindOf(left))
}

/** Of a set of ICMP types, nft takes the first for the one that the rule is about. */
function noteIcmpSet(key: Value, first: number | undefined, isAnonymous: boolean, context: ProtocolContext): void {
  if (key.kind !== 'payload' || !isAnonymous || first === undefined || context.icmpType !== 0) return
  const [field, more] = coveredFields(key, context)
  if (field?.isProtocol && field.base === 'transport' && !more) context.icmpType = first
}
