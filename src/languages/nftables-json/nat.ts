/** Statements of nat as nft's JSON. */

import { type NatStatement, registersOf, type Value } from '../../model/rules/index.ts'
import { type DataType, dataTypes, numberFrom } from '../nftables/index.ts'
import { boundsJson, constantJson } from './constant.ts'
import { boundedJson } from './element.ts'
import type { Json } from './json.ts'
import type { ProtocolContext } from './protocol-context.ts'
import { raiseValue } from './value.ts'

export function natJson(nat: NatStatement, context: ProtocolContext): Json {
  const flags = flagsOf(nat)
  const address = addressJson(nat, context)
  const port = portJson(nat, context)
  const members: { readonly [key: string]: Json } = {
    ...(address !== null && isFamilyTold(nat, context) ? { family: nat.family === 6 ? 'ip6' : 'ip' } : {}),
    ...(address === null ? {} : { addr: address }),
    ...(port === null ? {} : { port }),
    ...(flags.length === 0 ? {} : { flags: flags.length === 1 ? (flags[0] ?? null) : flags }),
    ...(nat.isNetmap ? { type_flags: 'prefix' } : {}),
  }
  return { [nat.type]: Object.keys(members).length === 0 ? null : members }
}

const flagsOf = (nat: NatStatement): string[] => [
  ...(nat.isRandom ? ['random'] : []),
  ...(nat.isFullyRandom ? ['fully-random'] : []),
  ...(nat.isPersistent ? ['persistent'] : []),
  ...(nat.isNetmap ? ['netmap'] : []),
]

/** In tables of one family only beside a map to more than an address. */
function isFamilyTold({ values }: NatStatement, { family }: ProtocolContext): boolean {
  const data = values[0]?.kind === 'map' ? values[0].map.data : null
  return family === 'inet' || (data?.kind === 'value' && (data.isInterval || data.fields.length > 1))
}

function addressJson(nat: NatStatement, context: ProtocolContext): Json {
  if (nat.minimumAddress === null) return null
  const type = nat.family === 6 ? dataTypes.ipv6_addr : dataTypes.ipv4_addr
  const [first, second] = nat.values
  if (first === undefined) return null
  if (nat.maximumAddress === null || first.kind === 'map') return valueJson(first, type, context)
  return second ? boundedJson(numberOf(first), numberOf(second), type, false) : null
}

function portJson(nat: NatStatement, context: ProtocolContext): Json {
  const [first, second] = nat.minimumPort === null ? [] : valuesFrom(nat.values, nat.minimumPort)
  if (first === undefined) return null
  if (second === undefined) return valueJson(first, dataTypes.inet_service, context)
  return boundsJson(numberOf(first), numberOf(second), dataTypes.inet_service)
}

/** Values whose words begin at `register` or behind; none where a map has loaded it beside an address. */
function valuesFrom(values: readonly Value[], register: number): Value[] {
  let at = 0
  return values.filter((value) => {
    const begin = at
    at += registersOf(value)
    return begin >= register
  })
}

const numberOf = (value: Value): bigint => (value.kind === 'constant' ? numberFrom(value.words, value.width) : 0n)

const valueJson = (value: Value, type: DataType, context: ProtocolContext): Json =>
  value.kind === 'constant' ? constantJson(numberOf(value), type) : raiseValue(value, context, type).json
