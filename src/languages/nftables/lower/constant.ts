/** Constants by the type that is expected: names, numbers, addresses, times; ranges and prefixes of them. */

import { parseAddress } from '../../../model/bytes/index.ts'
import type { Source } from '../../../model/rules/index.ts'
import { didYouMean, quoted } from '../../diagnostics/index.ts'
import type { Expression } from '../ast.ts'
import { millisecondsOf } from '../parser/quantity.ts'
import { refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import { hourOf, instantOf } from './clock.ts'
import type { LowerOptions } from './scope.ts'
import { allOnes, prefixMask } from './typed.ts'

/** One value of a type, or all from `from` to `to`. */
export interface Interval {
  readonly from: bigint
  readonly to: bigint
  /** Bits that all share, where it was written as a prefix or as a string with `*`; null otherwise. */
  readonly prefixBits: number | null
  /** Name of the interface in place of its number, which only the host knows. */
  readonly interfaceName: string | null
}

interface Context {
  readonly options: LowerOptions
}

const single = (value: bigint): Interval => ({ from: value, to: value, prefixBits: null, interfaceName: null })

/** What an expression says as a value, range or prefix of the type. */
export function intervalOf(expression: Expression, type: DataType, context: Context): Interval {
  switch (expression.kind) {
    case 'range': {
      const from = intervalOf(expression.from, type, context)
      const to = intervalOf(expression.to, type, context)
      if (
        from.prefixBits !== null ||
        to.prefixBits !== null ||
        from.interfaceName !== null ||
        to.interfaceName !== null
      ) {
        refuse('nft-operator', expression.span, 'expected two plain values as ends of a range')
      }
      return { from: from.from, to: to.to, prefixBits: null, interfaceName: null }
    }
    case 'prefix':
      return prefixOf(expression.of, expression.length, expression.span, type, context)
    case 'word':
      return type.notation === 'interface'
        ? interfaceOf(expression)
        : wordOf(expression.text, expression.isQuoted, expression.span, type, context)
    case 'list':
    case 'number':
    case 'literal':
    case 'binary':
      return single(numberOf(expression, type, context))
    default:
      return refuse('nft-type-mismatch', expression.span, `expected ${type.title}, found ${describe(expression)}`)
  }
}

/** A single number; ranges and prefixes are refused. */
export function numberOf(expression: Expression, type: DataType, context: Context): bigint {
  switch (expression.kind) {
    case 'number':
      return plainNumber(expression.value, expression.span, type)
    case 'literal':
      return literalOf(expression.of, expression.text, expression.span, type, context)
    case 'list':
      return listOf(expression.items, expression.span, type, context)
    case 'binary':
      return foldBits(expression, type, context)
    default: {
      const interval = intervalOf(expression, type, context)
      if (interval.from !== interval.to || interval.interfaceName !== null) {
        refuse(
          'nft-type-mismatch',
          expression.span,
          `expected one value of ${type.title}, found ${describe(expression)}`,
        )
      }
      return interval.from
    }
  }
}

export const constantNumber = (expression: Expression, type: DataType, context: Context): number =>
  Number(numberOf(expression, type, context))

function prefixOf(of: Expression, length: number, span: Source, type: DataType, context: Context): Interval {
  if (length > type.width)
    refuse('nft-value-range', span, `expected a prefix of at most ${type.width} bits, found ${length}`)
  if (type.notation === 'string' || type.notation === 'interface')
    refuse('nft-operator', span, `${type.title} has no prefixes by length`)
  const mask = prefixMask(type.width, length)
  const from = numberOf(of, type, context) & mask
  return { from, to: from | (allOnes(type.width) ^ mask), prefixBits: length, interfaceName: null }
}

function interfaceOf(expression: Expression & { readonly kind: 'word' }): Interval {
  if (/^\d+$/.test(expression.text)) return single(BigInt(expression.text))
  return { from: 0n, to: 0n, prefixBits: null, interfaceName: expression.text }
}

function listOf(items: readonly Expression[], span: Source, type: DataType, context: Context): bigint {
  if (type.notation !== 'bitmask' && type.notation !== 'index') {
    refuse('nft-operator', span, `expected ${type.title}, found a list: only flags can be joined by commas`, {
      hint: 'a set in braces matches any of several values',
    })
  }
  return items.reduce((bits, item) => bits | numberOf(item, type, context), 0n)
}

function foldBits(expression: Expression & { readonly kind: 'binary' }, type: DataType, context: Context): bigint {
  const isShift = expression.operator === '<<' || expression.operator === '>>'
  const left = numberOf(expression.left, type, context)
  if (isShift) {
    if (expression.right.kind !== 'number' || expression.right.value > 128n)
      refuse('nft-operator', expression.right.span, 'expected a number of bits to shift by')
    const by = expression.right.kind === 'number' ? expression.right.value : 0n
    return (expression.operator === '<<' ? left << by : left >> by) & allOnes(type.width)
  }
  const right = numberOf(expression.right, type, context)
  return expression.operator === '&' ? left & right : expression.operator === '|' ? left | right : left ^ right
}

function plainNumber(value: bigint, span: Source, type: DataType): bigint {
  switch (type.notation) {
    case 'index':
      if (value >= BigInt(type.width))
        refuse('nft-value-range', span, `expected ${type.title} below ${type.width}, found ${value}`)
      return 1n << value
    case 'milliseconds':
      return inWidth(value * 1000n, span, type)
    case 'instant':
      return inWidth(value * 1_000_000_000n, span, type)
    case 'ipv6':
    case 'link':
    case 'string':
      return refuse('nft-type-mismatch', span, `expected ${type.title}, found the number ${value}`)
    default:
      if (type.name === 'day' && value > 6n)
        refuse('nft-value-range', span, `expected ${type.title} from 0 (Sunday) to 6, found ${value}`)
      return inWidth(value, span, type)
  }
}

function inWidth(value: bigint, span: Source, type: DataType): bigint {
  if (value < 0n || value > allOnes(type.width)) {
    refuse('nft-value-range', span, `expected ${type.title} from 0 to ${allOnes(type.width)}, found ${value}`)
  }
  return value
}

function literalOf(
  of: 'ipv4' | 'ipv6' | 'mac' | 'time' | 'class',
  text: string,
  span: Source,
  type: DataType,
  context: Context,
): bigint {
  const mismatch = (): never => refuse('nft-type-mismatch', span, `expected ${type.title}, found ${quoted(text)}`)
  switch (of) {
    case 'ipv4':
    case 'ipv6': {
      const bytes = type.notation === of ? parseAddress(text) : null
      return bytes ? bytesToNumber(bytes) : mismatch()
    }
    case 'mac':
      if (type.notation !== 'link') return wordOf(text, false, span, type, context).from
      return text.split(':').reduce((sum, part) => (sum << 8n) | BigInt(Number.parseInt(part, 16)), 0n)
    case 'time': {
      const milliseconds = millisecondsOf(text)
      return type.notation === 'milliseconds' && milliseconds !== null
        ? inWidth(BigInt(milliseconds), span, type)
        : mismatch()
    }
    case 'class':
      return wordOf(text, false, span, type, context).from
  }
}

const bytesToNumber = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

/** A word or quoted string by the type's own notation. */
function wordOf(text: string, isQuoted: boolean, span: Source, type: DataType, { options }: Context): Interval {
  const named = type.names !== null && Object.hasOwn(type.names, text) ? type.names[text] : undefined
  if (named !== undefined) return single(BigInt(named))
  switch (type.notation) {
    case 'string':
      return stringOf(text, span, type)
    case 'ipv4':
    case 'ipv6':
      return quotedAddress(text, isQuoted, span, type)
    case 'class':
      return single(classOf(text, span, type))
    case 'hour':
      return single(hourOf(text, options.clockOffsetSeconds) ?? unknown(text, span, type))
    case 'instant':
      return single(instantOf(text, options.clockOffsetSeconds) ?? unknown(text, span, type))
    case 'milliseconds': {
      const milliseconds = millisecondsOf(text)
      return single(milliseconds === null ? unknown(text, span, type) : inWidth(BigInt(milliseconds), span, type))
    }
    case 'user':
      if (text === 'root') return single(0n)
      return single(/^\d+$/.test(text) ? inWidth(BigInt(text), span, type) : unknownUser(text, span, type))
    default:
      // Numbers may be quoted too.
      return single(
        /^(0x[0-9a-fA-F]+|\d+)$/.test(text) ? plainNumber(BigInt(text), span, type) : unknown(text, span, type),
      )
  }
}

/** Bytes padded with zeros; a final `*` stands for any rest, `\*` for the star itself. */
function stringOf(text: string, span: Source, type: DataType): Interval {
  const isPattern = text.endsWith('*') && !text.endsWith('\\*')
  const bytes = utf8Of(isPattern ? text.slice(0, -1) : text.replace(/\\\*$/, '*'))
  const room = type.width / 8
  if (bytes.length >= room && !(isPattern && bytes.length === room)) {
    refuse('nft-value-range', span, `expected ${type.title} of at most ${room - 1} bytes, found ${bytes.length}`)
  }
  if (bytes.length === 0)
    refuse(
      'nft-value-range',
      span,
      `expected ${type.title}, found ${isPattern ? 'a pattern that fits every one' : 'nothing'}`,
    )
  const shift = BigInt(type.width - bytes.length * 8)
  const from = bytesToNumber(bytes) << shift
  if (!isPattern) return single(from)
  return { from, to: from | ((1n << shift) - 1n), prefixBits: bytes.length * 8, interfaceName: null }
}

/** Bytes of a text in UTF-8. */
const utf8Of = (text: string): Uint8Array =>
  Uint8Array.from(
    [...text.toWellFormed()].flatMap((letter) => {
      if (letter < '\x80') return [letter.charCodeAt(0)]
      return [...encodeURIComponent(letter).matchAll(/%(..)/g)].map(([, digits]) => Number.parseInt(digits ?? '', 16))
    }),
  )

function quotedAddress(text: string, isQuoted: boolean, span: Source, type: DataType): Interval {
  const bytes = isQuoted ? parseAddress(text) : null
  if (bytes && bytes.length * 8 === type.width) return single(bytesToNumber(bytes))
  return refuse('nft-host-name', span, `expected ${type.title}, found ${quoted(text)}`, {
    hint: 'host names are looked up by nft when it loads; write the address',
  })
}

function classOf(text: string, span: Source, type: DataType): bigint {
  const [, major, minor] = /^([0-9a-fA-F]{0,4}):([0-9a-fA-F]{0,4})$/.exec(text) ?? []
  if (major === undefined || minor === undefined) return unknown(text, span, type)
  return (BigInt(`0x${major === '' ? '0' : major}`) << 16n) | BigInt(`0x${minor === '' ? '0' : minor}`)
}

function unknown(text: string, span: Source, type: DataType): never {
  const hint = type.names === null ? null : didYouMean(text, Object.keys(type.names))
  return refuse(
    type.names === null ? 'nft-type-mismatch' : 'nft-unknown-symbol',
    span,
    `expected ${type.title}, found ${quoted(text)}`,
    { hint },
  )
}

function unknownUser(text: string, span: Source, type: DataType): never {
  return refuse('nft-unknown-user', span, `expected ${type.title} by number, found ${quoted(text)}`, {
    hint: 'names of users and groups are known to the box alone; write the number (id -u NAME)',
  })
}

/** What an expression is, for people. */
export function describe(expression: Expression): string {
  switch (expression.kind) {
    case 'word':
    case 'literal':
      return quoted(expression.text)
    case 'number':
      return `the number ${expression.value}`
    case 'catch-all':
      return '"*"'
    case 'term':
      return 'something that is read from the packet'
    case 'set-reference':
      return `the set @${expression.name}`
    default:
      return `a ${expression.kind}`
  }
}
