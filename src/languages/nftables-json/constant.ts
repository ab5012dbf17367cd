/** Constants of a type as nft prints them in JSON: names where the type has them, numbers, addresses, times. */

import { addressText } from '../../model/bytes/index.ts'
import { type DataType, dataTypeNamed, integerType, stringType, dataTypes as t } from '../nftables/index.ts'
import { dateText, hourText } from './clock.ts'
import type { Json } from './json.ts'
import { bitsOf, bytesOf, onesOf, prefixLengthOf } from './words.ts'

/** Types with names that JSON does not tell: ports, classes, and MPTCP subtypes, which nft 1.0.6 does not name. */
const numeric: ReadonlySet<string> = new Set(['inet_service', 'classid', 'mptcp_subtype'])

/** Types of whose values nft shows a range of aligned bits as a prefix. */
const prefixed: ReadonlySet<string> = new Set(['ipv4_addr', 'ipv6_addr', 'mark', 'devgroup', 'realm'])

export const hasPrefixes = (type: DataType): boolean => prefixed.has(type.name)

/** Flags that nft splits into named bits. */
export const isFlags = (type: DataType): boolean => type.notation === 'bitmask' || type.notation === 'index'

/** The type of that name, where a set or map declares it. */
export function typeNamed(name: string, width: number): DataType {
  if (name === 'integer') return integerType(width)
  if (name === 'string') return stringType(width)
  if (name === 'time' && width === 64) return t.instant
  return dataTypeNamed(name) ?? integerType(width)
}

/** What nft 1.0.6 has lost the type of: a port of the connection, where the rule has come down to several transport protocols. */
export const untyped = (width: number): DataType => ({ ...integerType(width), name: 'invalid' })

export function constantJson(value: bigint, type: DataType): Json {
  const [first, ...rest] = isFlags(type) ? bitsOf(value) : []
  if (first === undefined) return plainConstantJson(value, type)
  return rest.reduce<Json>(
    (json, bit) => ({ '|': [json, plainConstantJson(bit, type)] }),
    plainConstantJson(first, type),
  )
}

/** As {@link constantJson}, but several flags are a list (`ct state new,related`). */
export function flagList(value: bigint, type: DataType): Json {
  const bits = bitsOf(value)
  return bits.length < 2 ? plainConstantJson(value, type) : bits.map((bit) => plainConstantJson(bit, type))
}

/** Without splitting flags: what has no name as a whole is a number. */
export function plainConstantJson(value: bigint, type: DataType): Json {
  const name = numeric.has(type.name) ? null : nameOf(value, type)
  if (name !== null && type.notation !== 'boolean') return name
  switch (type.notation) {
    case 'ipv4':
      return addressText(bytesOf(value, 32))
    case 'ipv6':
      return ipv6Text(value)
    case 'link':
      return [...bytesOf(value, type.width)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
    case 'string':
      return stringOf(value, type.width)
    case 'boolean':
      return value !== 0n
    case 'milliseconds':
      return Number(value / 1000n)
    case 'instant':
      return dateText(value)
    case 'hour':
      return hourText(Number(value))
    case 'class':
      return classText(value)
    case 'interface':
      return String(value)
    case 'index':
      return value === 0n ? 0 : value.toString(2).length - 1
    default:
      if (type.name === 'invalid') return `0x${value.toString(16)} [invalid type]`
      // nft prints a realm without a name as text.
      return type.name === 'realm' ? String(value) : numberJson(value)
  }
}

/** `from` to `to`: a value, a prefix, a string with `*`, or a range. */
export function rangeJson(from: bigint, to: bigint, type: DataType): Json {
  if (from === to) return constantJson(from, type)
  if (type.notation === 'string') return patternOf(from, to, type.width)
  const length = hasPrefixes(type) ? prefixLengthOf(onesOf(type.width) ^ (from ^ to), type.width) : null
  const isAligned = (from & (from ^ to)) === 0n
  if (length !== null && isAligned) return prefixJson(from, length, type)
  return boundsJson(from, to, type)
}

/** A range; transport protocols are numbers in it. */
export const boundsJson = (from: bigint, to: bigint, type: DataType): Json => ({
  range: [from, to].map((end) => (type.name === 'inet_proto' ? Number(end) : plainConstantJson(end, type))),
})

export const prefixJson = (value: bigint, length: number, type: DataType): Json => ({
  prefix: { addr: constantJson(value, type), len: length },
})

/** The first bits of a string, for any rest. */
export function patternOf(from: bigint, to: bigint, width: number): string {
  const free = (from ^ to).toString(2).length
  return `${textOf(from, width).slice(0, (width - free) / 8)}*`
}

/** What does not fit 64 bits is text. */
const numberJson = (value: bigint): Json => (value >> 64n === 0n ? Number(value) : `0x${value.toString(16)}`)

/** The C library writes the last 32 bits as IPv4 where nothing stands before them. */
const ipv6Text = (value: bigint): string =>
  value > 0xffffn && value >> 32n === 0n ? `::${addressText(bytesOf(value, 32))}` : addressText(bytesOf(value, 128))

/** Of several names, these are the ones that nft and the system's list of protocols print. */
const preferredNames: readonly string[] = ['8021q', 'ipcomp']

/** What a named value is called: first in nft's table, where none is preferred. */
function nameOf(value: bigint, type: DataType): string | null {
  if (type.names === null) return null
  const names = Object.entries(type.names).flatMap(([name, number]) => (BigInt(number) === value ? [name] : []))
  return names.find((name) => preferredNames.includes(name)) ?? names[0] ?? null
}

const textOf = (value: bigint, width: number): string =>
  [...bytesOf(value, width)].map((byte) => String.fromCharCode(byte)).join('')

/** Up to the first zero; a star at the end is marked as one that is meant. */
function stringOf(value: bigint, width: number): string {
  const text = textOf(value, width).replace(/\0.*$/s, '')
  return text.endsWith('*') ? `${text.slice(0, -1)}\\*` : text
}

function classText(value: bigint): string {
  if (value === 0n) return 'none'
  if (value === 0xffffffffn) return 'root'
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`
}
