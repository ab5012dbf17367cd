/** Entries, expectations and their events as lines of text, in the format of conntrack 1.4.7 (`-L`, `-L expect`, `-E`, `-E expect`). */

import type { Entries } from './entries.ts'
import type { Expectation } from './expectation.ts'
import {
  type EntrySnapshot,
  type ExpectationSnapshot,
  entrySnapshot,
  eventSnapshot,
  expectationSnapshot,
  type TupleSnapshot,
} from './snapshot.ts'

/** Protocols that the listing knows by name. */
const names: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  47: 'gre',
  58: 'icmpv6',
  132: 'sctp',
  136: 'udplite',
}

const gre = 47

/** `isExtended`: the family comes first, as with `-o extended`. */
export interface ListingOptions {
  readonly isExtended?: boolean
}

/** A name to eight columns, then its number. */
const named = (name: string, number: number): string => `${name.padEnd(8)} ${number} `

const key = (number: number): string => `0x${number.toString(16)}`

function tupleText(tuple: TupleSnapshot): string {
  const addresses = `src=${tuple.src} dst=${tuple.dst}`
  if (tuple.type !== undefined) return `${addresses} type=${tuple.type} code=${tuple.code} id=${tuple.id}`
  if (tuple.sport === undefined || tuple.dport === undefined) return addresses
  return tuple.proto === gre
    ? `${addresses} srckey=${key(tuple.sport)} dstkey=${key(tuple.dport)}`
    : `${addresses} sport=${tuple.sport} dport=${tuple.dport}`
}

function directionText(tuple: TupleSnapshot, zoneName: string, packets?: number, bytes?: number): string {
  const zone = tuple.zone === undefined ? '' : ` ${zoneName}=${tuple.zone}`
  const counters = packets === undefined || bytes === undefined ? '' : ` packets=${packets} bytes=${bytes}`
  return `${tupleText(tuple)}${zone}${counters}`
}

/** Without what only a listing of the table has (`use=`). */
function entryText(entry: EntrySnapshot, options: ListingOptions, isTimed: boolean, age: string): string {
  const { proto } = entry.orig
  const family = options.isExtended ? named(entry.l3 === 2 ? 'ipv4' : 'ipv6', entry.l3) : ''
  const state = entry.tcp?.state ?? entry.sctp?.state
  const parts = [
    family + named(names[proto] ?? 'unknown', proto) + (isTimed ? entry.timeout : ''),
    state ?? '',
    directionText(entry.orig, 'zone-orig', entry.packets_o, entry.bytes_o),
    entry.status.includes('seen-reply') ? '' : '[UNREPLIED]',
    directionText(entry.reply, 'zone-reply', entry.packets_r, entry.bytes_r),
    entry.status.includes('assured') ? '[ASSURED]' : '',
    entry.mark === undefined ? '' : `mark=${entry.mark}`,
    entry.zone === undefined ? '' : `zone=${entry.zone}`,
    age,
    entry.helper === undefined ? '' : `helper=${entry.helper}`,
  ]
  return parts
    .map((part) => part.trimEnd())
    .filter((part) => part !== '')
    .join(' ')
}

/** Whole seconds since it began, where nf_conntrack_timestamp was on then. */
function ageText(entries: Entries, entry: number): string {
  const startedAt = entries.side(entry)?.startedAt ?? -1
  if (startedAt < 0) return ''
  return `delta-time=${Math.floor(entries.now / 1000) - Math.floor(startedAt / 1000)}`
}

/** One line of `conntrack -L`. */
export const listEntry = (entries: Entries, entry: number, options: ListingOptions = {}): string =>
  `${entryText(entrySnapshot(entries, entry), options, true, ageText(entries, entry))} use=1`

const tag = (kind: 'new' | 'update' | 'destroy'): string => `[${kind.toUpperCase()}]`.padStart(9)

/** One line of `conntrack -E`. An entry that has expired tells no timeout. */
export function listEvent(
  entries: Entries,
  kind: 'new' | 'update' | 'destroy',
  entry: number,
  changes: number,
  options: ListingOptions = {},
): string {
  const snapshot = eventSnapshot(entries, kind, entry, changes)
  const isTimed = kind !== 'destroy' || snapshot.timeout > 0
  const age = kind === 'destroy' ? ageText(entries, entry) : ''
  return `${tag(kind)} ${entryText(snapshot, options, isTimed, age)}`
}

function expectationText(one: ExpectationSnapshot): string {
  const { tuple, mask, master } = one
  const isGre = tuple.proto === gre
  const ports = isGre
    ? [`srckey=${key(tuple.sport ?? 0)}`, `dstkey=${key(tuple.dport ?? 0)}`]
    : [`sport=${tuple.sport}`, `dport=${tuple.dport}`]
  const maskPorts = isGre
    ? [`srckey=${key(mask.sport ?? 0)}`, `dstkey=${key(mask.dport ?? 0)}`]
    : [`sport=${mask.sport}`, `dport=${mask.dport}`]
  return [
    `${one.timeout} proto=${tuple.proto} src=${tuple.src} dst=${tuple.dst}`,
    ...ports,
    `mask-src=${mask.src} mask-dst=${mask.dst}`,
    ...maskPorts,
    `master-src=${master.src} master-dst=${master.dst} sport=${master.sport} dport=${master.dport}`,
    ...(one.flags.length > 0 ? [one.flags.map((flag) => flag.toUpperCase()).join(',')] : []),
    `class=${one.class}`,
    ...(one.helper === undefined ? [] : [`helper=${one.helper}`]),
  ].join(' ')
}

/** One line of `conntrack -L expect`. */
export const listExpectation = (entries: Entries, one: Expectation): string =>
  expectationText(expectationSnapshot(entries, one))

/** One line of `conntrack -E expect`. */
export const listExpectationEvent = (entries: Entries, kind: 'new' | 'destroy', one: Expectation): string =>
  `${tag(kind)} ${listExpectation(entries, one)}`
