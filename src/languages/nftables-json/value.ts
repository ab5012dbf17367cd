/** Values that a rule computes, as nft's JSON, with the type that gives their constants meaning. */

import type {
  BitwiseValue,
  ConntrackValue,
  FibValue,
  HashValue,
  MetaValue,
  PayloadValue,
  RouteValue,
  Value,
} from '../../model/rules/index.ts'
import { conntrackNames, type DataType, integerType, metaNames, numberFrom, dataTypes as t } from '../nftables/index.ts'
import { constantJson, untyped } from './constant.ts'
import { type Bits, findField, maskedBits } from './header-field.ts'
import type { Json } from './json.ts'
import { extensionHeaderJson, ipOptionJson, sctpChunkJson, tcpOptionJson } from './option.ts'
import { Layer, type ProtocolContext } from './protocol-context.ts'
import { mapDataJson } from './set-use.ts'
import { onesOf } from './words.ts'

export interface Raised {
  readonly json: Json
  readonly type: DataType
}

/** `expected` is the type of constants. What the value says of the packet's headers goes to the context. */
export function raiseValue(value: Value, context: ProtocolContext, expected: DataType | null = null): Raised {
  switch (value.kind) {
    case 'payload':
      return payload(value, context)
    case 'meta':
      return meta(value)
    case 'ct':
      return conntrack(value, context)
    case 'fib':
      return fib(value)
    case 'rt':
      return route(value)
    case 'exthdr':
      context.optionMet(Layer.network)
      return extensionHeaderJson(value)
    case 'tcp-option':
      context.optionMet(Layer.transport)
      return tcpOptionJson(value)
    case 'ip-option':
      context.optionMet(Layer.network)
      return ipOptionJson(value)
    case 'sctp-chunk':
      return sctpChunkJson(value)
    case 'bitwise':
      return bitwise(value, context, expected)
    case 'concatenation':
      return {
        json: { concat: value.parts.map((part) => raiseValue(part, context).json) },
        type: integerType(value.width),
      }
    case 'map':
      return { json: mapJson(value, context), type: expected ?? integerType(value.width) }
    case 'constant': {
      const type = expected ?? integerType(value.width)
      return { json: constantJson(numberFrom(value.words, value.width), type), type }
    }
    case 'numgen': {
      const { mode, modulus: mod, offset } = value
      return { json: { numgen: { mode, mod, offset } }, type: integerType(32) }
    }
    case 'hash':
      return hash(value, context)
  }
}

/** Bits that begin or end within a byte and are no field: the kernel reads whole bytes and masks. */
export function wholeBytes(value: Value, context: ProtocolContext): Value {
  if (value.kind !== 'payload' || (value.offset % 8 === 0 && value.width % 8 === 0)) return value
  if (!findField(value, context).isRaw) return value
  const before = value.offset % 8
  const width = Math.ceil((before + value.width) / 8) * 8
  const after = width - before - value.width
  const mask = onesOf(value.width) << BigInt(after)
  return {
    kind: 'bitwise',
    of: { ...value, offset: value.offset - before, width },
    and: [Number(mask)],
    xor: [0],
    shift: 0,
    width,
  }
}

/** `@nh,8,8 & 0xfc` reads a field of its own where the header is known; null where it does not. */
export function unmasked(
  value: Value,
  context: ProtocolContext,
): { readonly bits: Bits; readonly shift: number } | null {
  if (value.kind !== 'bitwise' || value.of.kind !== 'payload' || value.shift !== 0) return null
  if (numberFrom(value.xor, value.width) !== 0n) return null
  return maskedBits(value.of, numberFrom(value.and, value.width), context)
}

function payload(value: PayloadValue, context: ProtocolContext): Raised {
  const field = findField(value, context)
  context.fieldMet(field)
  return field
}

function meta({ key, width }: MetaValue): Raised {
  const found = Object.entries(metaNames).find(([, name]) => name.key === key)
  return { json: { meta: { key: found?.[0] ?? key } }, type: found?.[1].type ?? integerType(width) }
}

function conntrack({ key, direction, family, width }: ConntrackValue, context: ProtocolContext): Raised {
  const dir = direction === null ? {} : { dir: direction }
  if (key === 'saddr' || key === 'daddr') {
    const name = family === null ? key : `${family === 6 ? 'ip6' : 'ip'} ${key}`
    return { json: { ct: { key: name, ...dir } }, type: width === 128 ? t.ipv6_addr : t.ipv4_addr }
  }
  const isPort = key === 'proto-src' || key === 'proto-dst'
  if (isPort && !context.headerAt(Layer.transport)) return { json: { ct: { key, ...dir } }, type: untyped(width) }
  // The kernel takes no direction for these two.
  const hasDirection = key !== 'protocol' && key !== 'l3proto'
  return {
    json: { ct: { key, ...(hasDirection ? dir : {}) } },
    type: conntrackNames[key]?.type ?? integerType(width),
  }
}

const fibTypes = { oif: t.iface_index, oifname: t.ifname, type: t.fib_addrtype, exists: t.boolean } as const

function fib({ address, result, with: keys }: FibValue): Raised {
  return {
    json: { fib: { result: result === 'exists' ? 'oif' : result, flags: [address, ...keys] } },
    type: fibTypes[result],
  }
}

const routeTypes = {
  classid: t.realm,
  nexthop4: t.ipv4_addr,
  nexthop6: t.ipv6_addr,
  mtu: integerType(16),
  ipsec: t.boolean,
} as const

function route({ key }: RouteValue): Raised {
  const type = routeTypes[key]
  if (key === 'nexthop4') return { json: { rt: { key: 'nexthop', family: 'ip' } }, type }
  if (key === 'nexthop6') return { json: { rt: { key: 'nexthop', family: 'ip6' } }, type }
  return { json: { rt: { key } }, type }
}

/** From (x & and) ^ xor to nft's `&`, `^` and `|`, each only where it does something. */
function bitwise(value: BitwiseValue, context: ProtocolContext, expected: DataType | null): Raised {
  const trimmed = unmasked(value, context)
  if (trimmed) return payload({ kind: 'payload', name: '', ...trimmed.bits }, context)
  const of = raiseValue(value.of, context, expected)
  const constant = (number: bigint): Json => constantJson(number, of.type)
  if (value.shift !== 0) {
    const operator = value.shift > 0 ? '<<' : '>>'
    return { json: { [operator]: [of.json, Math.abs(value.shift)] }, type: of.type }
  }
  const ones = onesOf(value.width)
  const and = numberFrom(value.and, value.width)
  const xor = numberFrom(value.xor, value.width)
  const or = (and & xor) ^ xor
  const kept = and | or
  let json = of.json
  if (kept !== ones) json = { '&': [json, constant(kept)] }
  if ((xor & and) !== 0n) json = { '^': [json, constant(xor & and)] }
  if (or !== 0n) json = { '|': [json, constant(or)] }
  return { json, type: of.type }
}

function mapJson(value: Value & { readonly kind: 'map' }, context: ProtocolContext): Json {
  const key = wholeBytes(value.key, context)
  const shift = unmasked(key, context)?.shift ?? 0
  return { map: { key: raiseValue(key, context).json, data: mapDataJson(value.map, value.key, shift) } }
}

function hash({ type, of, modulus: mod, seed, offset }: HashValue, context: ProtocolContext): Raised {
  const after = { ...(seed === null ? {} : { seed }), ...(offset === 0 ? {} : { offset }) }
  const json: Json =
    of === null ? { symhash: { mod, ...after } } : { jhash: { mod, expr: raiseValue(of, context).json, ...after } }
  return { json: type === 'symhash' ? { symhash: { mod, ...after } } : json, type: integerType(32) }
}
