/**
 * Netlink attributes as tables: struct nlattr, linux/netlink.h.
 *
 * A table names the attributes of one nesting level: name, number, codec. It encodes and decodes that level.
 */
import { addressText } from '../../model/bytes/index.ts'
import { addressBytes } from '../native/index.ts'
import { align, viewOf } from './message.ts'

const HEADER_BYTES = 4
const NESTED = 0x8000
/** NLA_TYPE_MASK: the two highest bits of the number are flags. */
const NUMBER_MASK = 0x3fff

/** Bytes of one value, both ways. `decode` is only given at least `leastBytes`. */
export interface Codec<T> {
  readonly leastBytes: number
  readonly isNested?: boolean
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): T
}

export interface Attribute<T> {
  readonly number: number
  readonly codec: Codec<T>
}

export type Table = Readonly<Record<string, Attribute<unknown>>>

/** What a table's attributes hold; each may be absent. */
export type Values<T extends Table> = { -readonly [K in keyof T]?: T[K] extends Attribute<infer V> ? V : never }

export function attribute<T>(number: number, codec: Codec<T>): Attribute<T> {
  return { number, codec }
}

/** Every attribute as number and bytes, in order; a length that does not fit ends the walk. */
export function* eachAttribute(bytes: Uint8Array): Generator<readonly [number: number, value: Uint8Array]> {
  const view = viewOf(bytes)
  let at = 0
  while (at + HEADER_BYTES <= bytes.length) {
    const length = view.readUInt16LE(at)
    if (length < HEADER_BYTES || at + length > bytes.length) return
    yield [view.readUInt16LE(at + 2) & NUMBER_MASK, bytes.subarray(at + HEADER_BYTES, at + length)]
    at += align(length)
  }
}

/** One attribute, padded. */
export function encodeAttribute(number: number, value: Uint8Array, isNested: boolean = false): Uint8Array {
  const result = Buffer.alloc(align(HEADER_BYTES + value.length))
  result.writeUInt16LE(HEADER_BYTES + value.length, 0)
  result.writeUInt16LE(isNested ? number | NESTED : number, 2)
  result.set(value, HEADER_BYTES)
  return result
}

/** The given values in the order in which they are given. */
export function encodeAttributes<T extends Table>(table: T, values: Values<T>): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [name, value] of Object.entries(values)) {
    const entry = table[name]
    if (entry === undefined || value === undefined) continue
    parts.push(encodeAttribute(entry.number, entry.codec.encode(value), entry.codec.isNested))
  }
  return Buffer.concat(parts)
}

/** The attributes that the table knows; unknown and too short ones are left out, the last of two equal ones wins. */
export function decodeAttributes<T extends Table>(table: T, bytes: Uint8Array): Values<T> {
  const names = namesOf(table)
  const values: Record<string, unknown> = {}
  for (const [number, value] of eachAttribute(bytes)) {
    const name = names.get(number)
    const codec = name === undefined ? undefined : table[name]?.codec
    if (name !== undefined && codec !== undefined && value.length >= codec.leastBytes)
      values[name] = codec.decode(value)
  }
  // Each value was decoded by the codec of its own name, which is what Values says.
  return values as Values<T>
}

const namesByTable = new WeakMap<Table, ReadonlyMap<number, string>>()

function namesOf(table: Table): ReadonlyMap<number, string> {
  let names = namesByTable.get(table)
  if (names === undefined) {
    names = new Map(Object.entries(table).map(([name, entry]) => [entry.number, name]))
    namesByTable.set(table, names)
  }
  return names
}

export const bytes: Codec<Uint8Array> = { leastBytes: 0, encode: (value) => value, decode: (value) => value }

export const u8: Codec<number> = {
  leastBytes: 1,
  encode: (value) => Uint8Array.of(value),
  decode: (value) => viewOf(value).readUInt8(0),
}

/** Network byte order, as nfnetlink has nearly all its numbers. */
export const be16: Codec<number> = number(
  2,
  (view, value) => view.writeUInt16BE(value),
  (view) => view.readUInt16BE(),
)
export const be32: Codec<number> = number(
  4,
  (view, value) => view.writeUInt32BE(value),
  (view) => view.readUInt32BE(),
)
export const beSigned32: Codec<number> = number(
  4,
  (view, value) => view.writeInt32BE(value),
  (view) => view.readInt32BE(),
)

/** Counters; exact below 2^53. */
export const be64: Codec<number> = number(
  8,
  (view, value) => view.writeBigUInt64BE(BigInt(value)),
  (view) => Number(view.readBigUInt64BE()),
)

/** Byte order of the machine, as rtnetlink has its numbers. */
export const host32: Codec<number> = number(
  4,
  (view, value) => view.writeUInt32LE(value),
  (view) => view.readUInt32LE(),
)

/** Text that ends with a zero byte. */
export const text: Codec<string> = {
  leastBytes: 0,
  encode: (value) => Buffer.from(`${value}\0`),
  decode: (value) => viewOf(value).toString('latin1').replace(/\0+$/, ''),
}

/** An IPv4 or IPv6 address as text, told apart by its length. */
export const address: Codec<string> = {
  leastBytes: 4,
  encode: addressBytes,
  decode: (value) => addressText(value.length < 16 ? value.subarray(0, 4) : value.subarray(0, 16)),
}

/** A level of attributes inside an attribute. */
export function nested<T extends Table>(table: T): Codec<Values<T>> {
  return {
    leastBytes: 0,
    isNested: true,
    encode: (value) => encodeAttributes(table, value),
    decode: (value) => decodeAttributes(table, value),
  }
}

/** A list whose elements all have the number 1 (NFTA_LIST_ELEM). */
export const elements: Codec<readonly Uint8Array[]> = {
  leastBytes: 0,
  isNested: true,
  encode: (value) => Buffer.concat(value.map((element) => encodeAttribute(1, element, true))),
  decode: (value) => Array.from(eachAttribute(value), ([, element]) => element),
}

/** A value in which each set bit has a name; bits without a name are lost. */
export function flags(names: readonly string[]): Codec<string[]> {
  return {
    leastBytes: 4,
    encode: (value) => be32.encode(value.reduce((bits, name) => bits | (1 << names.indexOf(name)), 0) >>> 0),
    decode: (value) => flagNames(be32.decode(value), names),
  }
}

/** The names of the set bits, lowest first. */
export function flagNames(value: number, names: readonly string[]): string[] {
  return names.filter((_, bit) => (value >>> bit) & 1)
}

function number(
  size: number,
  put: (view: Buffer, value: number) => void,
  get: (view: Buffer) => number,
): Codec<number> {
  return {
    leastBytes: size,
    encode: (value) => {
      const view = Buffer.alloc(size)
      put(view, value)
      return view
    },
    decode: (value) => get(viewOf(value)),
  }
}
