/** Values, statements and verdicts as text for people. */

import {
  type ConntrackKey,
  type MetaKey,
  registersOf,
  type Statement,
  type Value,
  type Verdict,
} from '../rules/index.ts'
import { describeWords, type InterfaceNames } from './describe-words.ts'
import { describeLimit } from './expressions/limit.ts'
import { describeValue } from './expressions/values.ts'

export function describeVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'jump':
    case 'goto':
      return `${verdict.kind} ${verdict.chain}`
    case 'queue':
      return `queue ${verdict.from === verdict.to ? verdict.from : `${verdict.from}-${verdict.to}`}${verdict.bypass ? ' bypass' : ''}`
    default:
      return verdict.kind
  }
}

/** What a statement asks or does, without its constants: the trace shows the statement's own text beside it. */
export function describeStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'verdict':
      return describeVerdict(statement.verdict)
    case 'limit':
      return describeLimit(statement.limit)
    default: {
      const value = readValue(statement)
      if (statement.kind === 'nat') return value ? `${statement.type} by ${describeValue(value)}` : statement.type
      return value ? `${statement.kind} ${describeValue(value)}` : statement.kind
    }
  }
}

/** The value that a statement reads to decide, where it reads one: what the trace shows as found in the packet. */
export function readValue(statement: Statement): Value | null {
  switch (statement.kind) {
    case 'compare':
    case 'range':
      return statement.left
    case 'lookup':
    case 'verdict-map':
    case 'update set':
    case 'object-map':
      return statement.key
    case 'set meta':
    case 'set ct':
    case 'set payload':
    case 'set tcp-option':
      return statement.value
    case 'nat':
      return statement.values.find((value) => value.kind === 'map')?.key ?? null
    default:
      return null
  }
}

/** Whether a value can be read twice with the same answer and no effect. */
export function isRepeatable(value: Value): boolean {
  switch (value.kind) {
    case 'numgen':
    case 'map':
      return false
    case 'hash':
      return value.seed !== null && (value.of === null || isRepeatable(value.of))
    case 'meta':
      return value.key !== 'random'
    case 'bitwise':
      return isRepeatable(value.of)
    case 'concatenation':
      return value.parts.every(isRepeatable)
    default:
      return true
  }
}

/** What is shown of a masked value: the value under the mask, which is what a reader wants to see. */
export const shownValue = (value: Value): Value => (value.kind === 'bitwise' ? shownValue(value.of) : value)

/** Words of a value, as text. */
export function describeActual(value: Value, words: ArrayLike<number>, host: InterfaceNames): string {
  if (value.kind !== 'concatenation') return describeWords(typeOf(value), words, value.width, host)
  let at = 0
  return value.parts
    .map((part) => {
      const count = registersOf(part)
      const text = describeActual(
        part,
        Array.from({ length: count }, (_, i) => words[at + i] ?? 0),
        host,
      )
      at += count
      return text
    })
    .join(' . ')
}

const metaTypes: Partial<Record<MetaKey, string>> = {
  l4proto: 'inet_proto',
  nfproto: 'nf_proto',
  protocol: 'ether_type',
  mark: 'mark',
  iif: 'iface_index',
  oif: 'iface_index',
  sdif: 'iface_index',
  iifname: 'ifname',
  oifname: 'ifname',
  sdifname: 'ifname',
  iifkind: 'ifname',
  oifkind: 'ifname',
  pkttype: 'pkt_type',
  day: 'day',
}

const conntrackTypes: Partial<Record<ConntrackKey, string>> = {
  state: 'ct_state',
  status: 'ct_status',
  direction: 'ct_dir',
  mark: 'mark',
  helper: 'string',
  l3proto: 'nf_proto',
  protocol: 'inet_proto',
}

const payloadTypes: Readonly<Record<string, string>> = {
  'ip protocol': 'inet_proto',
  'ip6 nexthdr': 'inet_proto',
  'tcp flags': 'tcp_flag',
  'icmp type': 'icmp_type',
  'icmpv6 type': 'icmpv6_type',
}

/** nft's name for the type of a value, `integer` where it has none of its own. */
export function typeOf(value: Value): string {
  switch (value.kind) {
    case 'meta':
      return metaTypes[value.key] ?? 'integer'
    case 'ct':
      if (value.key === 'saddr' || value.key === 'daddr') return addressType(value.width)
      return conntrackTypes[value.key] ?? 'integer'
    case 'payload':
      if (/ (saddr|daddr|gateway|taddr|target)$/.test(value.name) && value.width !== 48) return addressType(value.width)
      return value.width === 48 ? 'ether_addr' : (payloadTypes[value.name] ?? 'integer')
    case 'fib':
      return fibTypes[value.result]
    case 'exthdr':
    case 'tcp-option':
    case 'ip-option':
    case 'sctp-chunk':
      return value.exists ? 'boolean' : 'integer'
    case 'rt':
      return value.key === 'nexthop4' || value.key === 'nexthop6' ? addressType(value.width) : 'integer'
    case 'bitwise':
      return typeOf(value.of)
    default:
      return 'integer'
  }
}

const fibTypes = { type: 'fib_addrtype', oif: 'iface_index', oifname: 'ifname', exists: 'boolean' } as const

const addressType = (width: number): string => (width === 32 ? 'ipv4_addr' : 'ipv6_addr')
