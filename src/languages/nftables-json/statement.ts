/** Statements that are no matches, as nft's JSON. */

import type {
  LogStatement,
  ObjectMapStatement,
  QuotaStatement,
  RejectStatement,
  SetConntrackStatement,
  SetMetaStatement,
  SetPayloadStatement,
  Statement,
  UpdateSetStatement,
  VerdictMapStatement,
} from '../../model/rules/index.ts'
import {
  conntrackNames,
  type DataType,
  dataTypes,
  icmpCodes,
  icmpv6Codes,
  icmpxCodes,
  integerType,
  metaNames,
  numberFrom,
} from '../nftables/index.ts'
import { flagList, typeNamed } from './constant.ts'
import { findField } from './header-field.ts'
import type { Json } from './json.ts'
import { natJson } from './nat.ts'
import { tcpOptionJson, writtenTcpOptionJson } from './option.ts'
import type { ProtocolContext } from './protocol-context.ts'
import { inUnit, limitMembers } from './quantity.ts'
import { mapDataJson } from './set-use.ts'
import type { Counted } from './state.ts'
import { raiseValue, unmasked, wholeBytes } from './value.ts'
import { verdictJson } from './verdict.ts'

/** Statements that a rule runs for each packet, and what they have counted. */
export type Action = Exclude<Statement, { readonly kind: 'compare' | 'range' | 'lookup' }>

/** `count` null: as in the declaration of a set, where nothing is counted yet. */
export interface ActionState {
  readonly count: Counted | null
  readonly used: number | null
}

export function actionJson(statement: Action, context: ProtocolContext, state: ActionState): Json {
  switch (statement.kind) {
    case 'verdict':
      return verdictJson(statement.verdict)
    case 'verdict-map':
      return verdictMap(statement, context)
    case 'counter':
      return { counter: state.count && { packets: state.count.packets, bytes: state.count.bytes } }
    case 'limit':
      return { limit: limitMembers(statement.limit) }
    case 'quota':
      return quota(statement, state.used ?? statement.used)
    case 'ct count':
      return { 'ct count': { val: statement.count, ...(statement.isOver ? { inv: true } : {}) } }
    case 'last':
      return { last: null }
    case 'log':
      return log(statement)
    case 'reject':
      return reject(statement, context)
    case 'notrack':
      return { notrack: null }
    case 'nat':
      return natJson(statement, context)
    case 'set meta':
      return setMeta(statement, context)
    case 'set ct':
      return setConntrack(statement, context)
    case 'set payload':
      return setPayload(statement, context)
    case 'set tcp-option': {
      const { json, type } = writtenTcpOptionJson(statement)
      return mangle(json, raiseValue(statement.value, context, type).json)
    }
    case 'reset tcp-option':
      return { reset: tcpOptionJson({ option: statement.option, offset: 0, width: 0, exists: true }).json }
    case 'update set':
      return updateSet(statement, context)
    case 'object':
      return { [statement.object.kind]: statement.object.name }
    case 'object-map':
      return objectMap(statement, context)
  }
}

const mangle = (key: Json, value: Json): Json => ({ mangle: { key, value } })

function verdictMap({ key, map }: VerdictMapStatement, context: ProtocolContext): Json {
  const read = wholeBytes(key, context)
  const shift = unmasked(read, context)?.shift ?? 0
  return { vmap: { key: raiseValue(read, context).json, data: mapDataJson(map, key, shift) } }
}

function objectMap({ objectKind, key, map }: ObjectMapStatement, context: ProtocolContext): Json {
  return { [objectKind]: { map: { key: raiseValue(key, context).json, data: mapDataJson(map, key, 0) } } }
}

function quota({ bytes, isOver }: QuotaStatement, used: number): Json {
  const { amount: val, unit: val_unit } = inUnit(bytes)
  const spent = inUnit(used)
  return {
    quota: {
      val,
      val_unit,
      ...(used === 0 ? {} : { used: spent.amount, used_unit: spent.unit }),
      ...(isOver ? { inv: true } : {}),
    },
  }
}

/** The usual level is not told; nor are sizes, where no group is named. */
function log({ flags, group, level, prefix, queueThreshold, snapLength }: LogStatement): Json {
  const told = flags.length === allLogFlags ? ['all'] : flags
  const members = {
    ...(prefix === null ? {} : { prefix }),
    ...(group === null ? {} : { group }),
    ...(group === null || snapLength === null ? {} : { snaplen: snapLength }),
    ...(group === null || !queueThreshold ? {} : { 'queue-threshold': queueThreshold }),
    ...(level === null || level === 'warn' || level === 'warning' ? {} : { level: levels[level] ?? level }),
    ...(told.length === 0 ? {} : { flags: told.length === 1 ? (told[0] ?? null) : told }),
  }
  return { log: Object.keys(members).length === 0 ? null : members }
}

const allLogFlags = 5

const levels: Readonly<Record<string, string>> = { error: 'err', panic: 'emerg' }

const codeNames = { icmp: icmpCodes, icmpv6: icmpv6Codes, icmpx: icmpxCodes } as const

function reject({ type, code }: RejectStatement, context: ProtocolContext): Json {
  context.rejectMet(type)
  if (type === 'tcp reset') return { reject: { type } }
  const name = Object.entries(codeNames[type]).find(([, number]) => number === code)?.[0]
  return { reject: { type, expr: name ?? code } }
}

function setMeta({ key, value }: SetMetaStatement, context: ProtocolContext): Json {
  const type = metaNames[key]?.type ?? integerType(32)
  return mangle({ meta: { key } }, raiseValue(value, context, type).json)
}

function setConntrack({ key, direction, value }: SetConntrackStatement, context: ProtocolContext): Json {
  const name = key === 'eventmask' ? 'event' : key
  const target = { ct: { key: name, ...(direction === null ? {} : { dir: direction }) } }
  const type = conntrackTypes[key] ?? conntrackNames[key]?.type ?? integerType(32)
  // nft 1.0.6 knows no type for what such maps give, and tells their keys alone.
  if ((key === 'eventmask' || key === 'label') && value.kind === 'map')
    return mangle(target, raiseValue(value.key, context).json)
  if (key === 'eventmask' && value.kind === 'constant') {
    return mangle(target, flagList(numberFrom(value.words, value.width), type))
  }
  return mangle(target, raiseValue(value, context, type).json)
}

const conntrackTypes: Readonly<Record<string, DataType>> = { eventmask: dataTypes.ct_event }

function setPayload(statement: SetPayloadStatement, context: ProtocolContext): Json {
  const field = findField(statement, context)
  context.fieldMet(field)
  return mangle(field.json, raiseValue(statement.value, context, field.type).json)
}

/** Whoever lists the rule wants no counts of the statements that elements get. */
function updateSet(statement: UpdateSetStatement, context: ProtocolContext): Json {
  const { operation, set, timeout, data } = statement
  const val = raiseValue(statement.key, context).json
  const elem = timeout === null ? val : { elem: { val, timeout: Math.floor(timeout / 1000) } }
  const statements = statement.statements.flatMap((nested) => nestedJson(nested, context))
  const common = { op: operation, elem, ...(statements.length === 0 ? {} : { stmt: statements }) }
  if (data === null) return { set: { ...common, set: `@${set.name}` } }
  const [field] = set.data?.kind === 'value' ? set.data.fields : []
  const type = field ? typeNamed(field.type, field.width) : null
  return { map: { ...common, data: raiseValue(data, context, type).json, map: `@${set.name}` } }
}

/** The same as a meter, which is what made the set. */
export function meterJson(statement: UpdateSetStatement, context: ProtocolContext): Json {
  const { set, timeout } = statement
  const key = raiseValue(statement.key, context).json
  const [nested] = statement.statements.flatMap((each) => nestedJson(each, context))
  return {
    meter: {
      key: timeout === null ? key : { elem: { val: key, timeout: Math.floor(timeout / 1000) } },
      stmt: nested ?? null,
      size: set.size ?? 65535,
      name: set.name,
    },
  }
}

/** Statements of elements, before there is an element. */
export function nestedJson(statement: Statement, context: ProtocolContext): Json[] {
  if (statement.kind === 'compare' || statement.kind === 'range' || statement.kind === 'lookup') return []
  return [actionJson(statement, context, { count: null, used: 0 })]
}
