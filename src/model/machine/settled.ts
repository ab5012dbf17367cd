/**
 * What is settled for a direction of a connection: values that all its whole packets without IP options have in common once it is
 * established, and statements that then do the same to each of them. What is not known to be settled is not.
 */

import {
  type ConntrackKey,
  type MetaKey,
  PackedElements,
  type PayloadValue,
  type SetDefinition,
  type Statement,
  type Value,
} from '../rules/index.ts'

type SetTest = (set: SetDefinition) => boolean

/** `isFixed`: of sets that hold the same for ever, see {@link isSetFixed}. */
export function isStatementSettled(statement: Statement, isFixed: SetTest): boolean {
  switch (statement.kind) {
    case 'compare':
    case 'range':
      return isValueSettled(statement.left)
    case 'lookup':
      return isValueSettled(statement.key) && isFixed(statement.set)
    case 'verdict-map':
      return isValueSettled(statement.key) && isFixed(statement.map)
    case 'object':
      return statement.object.kind === 'counter'
    case 'verdict':
      return statement.verdict.kind !== 'queue'
    case 'counter':
    case 'log':
      return true
    default:
      return false
  }
}

export function isValueSettled(value: Value): boolean {
  switch (value.kind) {
    case 'constant':
      return true
    case 'payload':
      return isFieldSettled(value)
    case 'meta':
      return settledMeta.has(value.key)
    case 'ct':
      return settledConntrack.has(value.key)
    case 'bitwise':
      return isValueSettled(value.of)
    case 'concatenation':
      return value.parts.every(isValueSettled)
    default:
      return false
  }
}

/** Bits of headers, from and to behind: version and length of the IPv4 header, protocol, addresses; ports. */
const settledFields: Readonly<Record<PayloadValue['base'], readonly (readonly [from: number, to: number])[]>> = {
  link: [],
  network: [
    [0, 8],
    [72, 80],
    [96, 160],
  ],
  transport: [[0, 32]],
  inner: [],
}

const isFieldSettled = ({ base, offset, width }: PayloadValue): boolean =>
  settledFields[base].some(([from, to]) => offset >= from && offset + width <= to)

/** Marks and priorities as well: a rule that writes them is not settled. */
const settledMeta: ReadonlySet<MetaKey> = new Set<MetaKey>([
  'protocol',
  'nfproto',
  'l4proto',
  'mark',
  'priority',
  'iif',
  'oif',
  'iifname',
  'oifname',
  'iiftype',
  'oiftype',
  'iifgroup',
  'oifgroup',
  'iifkind',
  'oifkind',
  'skuid',
  'skgid',
  'pkttype',
])

const settledConntrack: ReadonlySet<ConntrackKey> = new Set<ConntrackKey>([
  'state',
  'direction',
  'id',
  'zone',
  'l3proto',
  'protocol',
  'saddr',
  'daddr',
  'proto-src',
  'proto-dst',
])

/** Whether no element comes or goes while packets pass, unless a rule changes the set, and no element does anything. */
export function isSetFixed({ elements, hasTimeout, isDynamic, statements, timeout }: SetDefinition): boolean {
  if (isDynamic || hasTimeout || timeout !== null || statements.length > 0) return false
  if (elements instanceof PackedElements) return true
  return elements.every((element) => element.timeout === null && element.statements.length === 0)
}
