/** Bits of the packet as fields of the header that the rule is known to be about, or as raw bits. */

import type { PayloadValue } from '../../model/rules/index.ts'
import {
  type DataType,
  type Field,
  type Header,
  type HeaderName,
  integerType,
  dataTypes as t,
} from '../nftables/index.ts'
import type { Json } from './json.ts'
import { layerOf, type ProtocolContext } from './protocol-context.ts'
import { bitsOf } from './words.ts'

export interface FoundField {
  readonly json: Json
  readonly type: DataType
  readonly base: PayloadValue['base']
  readonly header: HeaderName | null
  /** Bits that were read; fewer than the field has where only its beginning is compared. */
  readonly width: number
  readonly fieldWidth: number
  readonly isRaw: boolean
  /** The field names the protocol above it. */
  readonly isProtocol: boolean
  /** Type of ICMP message that has the field; null: all. */
  readonly onlyForType: number | null
}

/** Bits of the packet from a header's beginning. */
export interface Bits {
  readonly base: PayloadValue['base']
  readonly offset: number
  readonly width: number
}

/** Fields that name the protocol above them. */
const protocolFields: Readonly<Partial<Record<HeaderName, string>>> = {
  ether: 'type',
  ip: 'protocol',
  ip6: 'nexthdr',
  icmp: 'type',
  icmpv6: 'type',
}

const bases = { link: 'll', network: 'nh', transport: 'th', inner: 'ih' } as const

/** The field that has just these bits. */
export function findField(bits: Bits, context: ProtocolContext): FoundField {
  const known = context.headerAt(layerOf[bits.base])
  const found =
    known && fieldsOf(known.header, context).find(([, [at, width]]) => at === bits.offset && width === bits.width)
  return known && found ? fieldFrom(known.name, known.header, found, bits) : rawField(bits)
}

/** All fields that these bits cover, in order; a field of which only the first bits are meant stands last. */
export function coveredFields(bits: Bits, context: ProtocolContext): FoundField[] {
  const known = context.headerAt(layerOf[bits.base])
  const covered: FoundField[] = []
  let { offset, width } = bits
  for (const found of known ? fieldsOf(known.header, context) : []) {
    const [, [at, fieldWidth]] = found
    if (width === 0) break
    if (at !== offset || !known) continue
    const taken = Math.min(width, fieldWidth)
    covered.push(fieldFrom(known.name, known.header, found, { ...bits, offset, width: taken }))
    offset += taken
    width -= taken
  }
  return width === 0 ? covered : [...covered, rawField({ ...bits, offset, width })]
}

/** The bits that a mask leaves, where they are fields of their own (`@nh,8,8 & 0xfc` is `ip dscp`); else null. */
export function maskedBits(bits: Bits, mask: bigint, context: ProtocolContext): { bits: Bits; shift: number } | null {
  const known = context.headerAt(layerOf[bits.base])
  const set = bitsOf(mask)
  const lowest = set[0]
  if (!known || lowest === undefined) return null
  const shift = lowest.toString(2).length - 1
  const top = mask.toString(2).length
  if (set.length !== top - shift) return null
  const offset = bits.offset + bits.width - top
  let width = 0
  for (const [, [at, fieldWidth]] of fieldsOf(known.header, context)) {
    if (at !== offset + width) continue
    width += fieldWidth
    if (width >= bits.width) return null
    if (width === set.length) return { bits: { base: bits.base, offset, width }, shift }
  }
  return null
}

type NamedField = readonly [string, Field]

/** Fields that only other types of ICMP message have are left out. */
function fieldsOf(header: Header, { icmpType }: ProtocolContext): NamedField[] {
  return Object.entries(header.fields).filter(([name]) => {
    const types = header.onlyForTypes?.[name]
    return types === undefined || icmpType === 0 || types.includes(icmpType)
  })
}

function fieldFrom(header: HeaderName, of: Header, [name, [, fieldWidth, type]]: NamedField, bits: Bits): FoundField {
  return {
    json: { payload: { protocol: header, field: name } },
    type,
    base: bits.base,
    header,
    width: bits.width,
    fieldWidth,
    isRaw: false,
    isProtocol: protocolFields[header] === name,
    onlyForType: of.onlyForTypes?.[name]?.[0] ?? null,
  }
}

/** Ports are ports, whatever the transport protocol is. */
function rawField({ base, offset, width }: Bits): FoundField {
  const port = base === 'transport' && width === 16 ? (offset === 0 ? 'sport' : offset === 16 ? 'dport' : null) : null
  return {
    json: port ? { payload: { protocol: 'th', field: port } } : { payload: { base: bases[base], offset, len: width } },
    type: port ? t.inet_service : integerType(width),
    base,
    header: null,
    width,
    fieldWidth: width,
    isRaw: port === null,
    isProtocol: false,
    onlyForType: null,
  }
}
