/** Fields of extension headers, options and chunks by the first name that nft has for their bits. */

import type {
  ExtensionHeaderValue,
  IpOptionValue,
  SctpChunkValue,
  SetTcpOptionStatement,
  TcpOptionValue,
} from '../../model/rules/index.ts'
import {
  type DataType,
  type Extension,
  extensionHeaders,
  integerType,
  ipOptions,
  sctpChunks,
  dataTypes as t,
  tcpOptions,
} from '../nftables/index.ts'
import type { Json } from './json.ts'

export interface FoundOption {
  readonly json: Json
  readonly type: DataType
}

interface OptionBits {
  readonly offset: number
  readonly width: number
  readonly exists: boolean
}

type Table = Readonly<Record<string, Extension>>

/** The names of a table under which nft 1.0.6 prints an option; the others are further spellings. */
const without = (table: Table, spellings: readonly string[]): Table =>
  Object.fromEntries(Object.entries(table).filter(([name]) => !spellings.includes(name)))

const printed = {
  exthdr: without(extensionHeaders, ['rt0', 'rt2']),
  'tcp option': without(tcpOptions, ['mss', 'sack-permitted', 'sack0', 'echo']),
  'ip option': ipOptions,
  'sctp chunk': sctpChunks,
} as const

export function extensionHeaderJson(value: ExtensionHeaderValue): FoundOption {
  return namedOption('exthdr', value.header, value)
}

export function tcpOptionJson(value: Pick<TcpOptionValue, 'option' | 'offset' | 'width' | 'exists'>): FoundOption {
  return namedOption('tcp option', value.option, value)
}

export const ipOptionJson = (value: IpOptionValue): FoundOption => namedOption('ip option', value.option, value)

export const sctpChunkJson = (value: SctpChunkValue): FoundOption => namedOption('sctp chunk', value.chunk, value)

export const writtenTcpOptionJson = (statement: SetTcpOptionStatement): FoundOption =>
  tcpOptionJson({ ...statement, exists: false })

function namedOption(kind: keyof typeof printed, number: number, bits: OptionBits): FoundOption {
  const entries = Object.entries<Extension>(printed[kind]).filter(([, extension]) => extension.number === number)
  if (bits.exists) {
    const name = entries[0]?.[0]
    return {
      json: { [kind]: name === undefined ? { base: number, offset: 0, len: bits.width } : { name } },
      type: t.boolean,
    }
  }
  for (const [name, { fields }] of entries) {
    for (const [field, [offset, width, type]] of Object.entries(fields)) {
      const isArray = field.endsWith('[]')
      const index = isArray ? (bits.offset - offset) / width : 0
      if (width !== bits.width || (isArray ? !Number.isInteger(index) || index < 0 : offset !== bits.offset)) continue
      return { json: { [kind]: { name, field: field.replace('[]', `[${index}]`) } }, type }
    }
  }
  return {
    json: { [kind]: { base: number, offset: bits.offset, len: bits.width } },
    type: integerType(bits.width),
  }
}
