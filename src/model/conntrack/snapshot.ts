/** Entries and expectations as data, in the members and words that ctnetlink's attributes decode to (the lab's `conntrack`, `expect`, `ev`). */

import { printAddress, writeUint32 } from '../bytes/index.ts'
import { Protocol } from '../packet/index.ts'
import type { Entries } from './entries.ts'
import { isVersion6, tupleKind, tupleWords } from './entry.ts'
import type { Expectation } from './expectation.ts'
import { Change, statusNames } from './status.ts'
import * as sctp from './trackers/sctp.ts'
import { sctpStateNames } from './trackers/sctp-states.ts'
import * as tcp from './trackers/tcp.ts'
import { tcpStateNames } from './trackers/tcp-states.ts'
import { makeTuple, type Tuple } from './tuple.ts'

/** Ports, or for ICMP the identifier, type and code; protocols without either have neither. */
export interface TupleSnapshot {
  readonly src: string
  readonly dst: string
  readonly proto: number
  readonly sport?: number
  readonly dport?: number
  readonly id?: number
  readonly type?: number
  readonly code?: number
  /** A zone that only this direction is in. */
  readonly zone?: number
}

/** `l3` is 2 for IPv4, 10 for IPv6; `timeout` in seconds; `_o` and `_r`: original and reply direction. */
export interface EntrySnapshot {
  readonly l3: 2 | 10
  readonly orig: TupleSnapshot
  readonly reply: TupleSnapshot
  readonly status: readonly string[]
  readonly id: number
  readonly timeout: number
  readonly mark?: number
  readonly tcp?: TcpSnapshot
  readonly sctp?: { readonly state: string; readonly vtag_o: number; readonly vtag_r: number }
  readonly helper?: string
  readonly packets_o?: number
  readonly bytes_o?: number
  readonly packets_r?: number
  readonly bytes_r?: number
  readonly master?: TupleSnapshot
  readonly zone?: number
  /** What sequence numbers are shifted by: position, before and behind it, each as 32 bits without sign. */
  readonly seqadj_o?: readonly number[]
  readonly seqadj_r?: readonly number[]
  /** 16 bytes in hexadecimal digits; label n is bit n % 8 of byte n / 8. */
  readonly labels?: string
}

export interface TcpSnapshot {
  readonly state: string
  readonly wscale_o?: number
  readonly wscale_r?: number
  readonly flags_o?: number
  readonly flags_r?: number
}

export interface ExpectationSnapshot {
  readonly l3: 2 | 10
  readonly tuple: TupleSnapshot
  readonly mask: TupleSnapshot
  readonly master: TupleSnapshot
  readonly timeout: number
  readonly flags: readonly string[]
  readonly class: number
  readonly helper?: string
  /** Where a translated connection really goes. */
  readonly nat?: { readonly dir: number; readonly tuple: TupleSnapshot }
  /** Name of what sets up the translation. */
  readonly fn?: string
}

const hasPorts = (protocol: number): boolean =>
  protocol === Protocol.tcp ||
  protocol === Protocol.udp ||
  protocol === Protocol.udplite ||
  protocol === Protocol.sctp ||
  protocol === Protocol.gre

const l3Of = (kind: number): 2 | 10 => (kind & isVersion6 ? 10 : 2)

/** The address in one or four words from `at`. */
function wordsText(words: Int32Array, at: number, kind: number): string {
  const count = kind & isVersion6 ? 4 : 1
  const bytes = new Uint8Array(4 * count)
  for (let i = 0; i < count; i++) writeUint32(bytes, 4 * i, words[at + i]!)
  return printAddress(bytes, 0, bytes.length)
}

function portsSnapshot(kind: number, ports: number): Partial<TupleSnapshot> {
  const protocol = kind & 0xff
  const source = ports >>> 16
  if (hasPorts(protocol)) return { sport: source, dport: ports & 0xffff }
  const isIcmp = protocol === Protocol.icmp || protocol === Protocol.icmpv6
  return isIcmp ? { id: source, type: (ports >>> 8) & 0xff, code: ports & 0xff } : {}
}

function tupleSnapshot(tuple: Tuple, kind: number): TupleSnapshot {
  const half = (tupleWords(kind) - 1) >> 1
  return {
    src: wordsText(tuple, 0, kind),
    dst: wordsText(tuple, half, kind),
    proto: kind & 0xff,
    ...portsSnapshot(kind, tuple[2 * half]!),
  }
}

function bareDirectionSnapshot(entries: Entries, entry: number, direction: number): TupleSnapshot {
  const tuple = makeTuple()
  entries.copyTuple(entry, direction, tuple)
  return tupleSnapshot(tuple, tupleKind(entries.family(entry), entries.protocol(entry)))
}

function directionSnapshot(entries: Entries, entry: number, direction: number): TupleSnapshot {
  const snapshot = bareDirectionSnapshot(entries, entry, direction)
  const zone = entries.zone(entry, direction)
  return zone !== 0 && zone !== entries.zone(entry, 1 - direction) ? { ...snapshot, zone } : snapshot
}

function zoneSnapshot(entries: Entries, entry: number): { zone?: number } {
  const zone = entries.zone(entry, 0)
  return zone !== 0 && zone === entries.zone(entry, 1) ? { zone } : {}
}

const statusSnapshot = (status: number): readonly string[] =>
  statusNames.filter((_, bit) => ((status >>> bit) & 1) !== 0)

/** A destroyed entry tells its last state only. */
function protocolSnapshot(entries: Entries, entry: number, isWhole: boolean): Pick<EntrySnapshot, 'tcp' | 'sctp'> {
  const protocol = entries.protocol(entry)
  if (protocol === Protocol.tcp) {
    const { state, scales, flags } = tcp.describe(entries, entry)
    const name = tcpStateNames[state] ?? ''
    if (!isWhole) return { tcp: { state: name } }
    return { tcp: { state: name, wscale_o: scales[0], wscale_r: scales[1], flags_o: flags[0], flags_r: flags[1] } }
  }
  if (protocol === Protocol.sctp) {
    const { state, tags: known } = sctp.describe(entries, entry)
    const tags = isWhole ? known : ([0, 0] as const)
    return { sctp: { state: sctpStateNames[state] ?? '', vtag_o: tags[0], vtag_r: tags[1] } }
  }
  return {}
}

function accountSnapshot(entries: Entries, entry: number): Partial<EntrySnapshot> {
  if (!entries.isAccounted(entry)) return {}
  return {
    packets_o: entries.packets(entry, 0),
    bytes_o: entries.bytes(entry, 0),
    packets_r: entries.packets(entry, 1),
    bytes_r: entries.bytes(entry, 1),
  }
}

function helperSnapshot(entries: Entries, entry: number): { helper?: string } {
  const helper = entries.helperName(entry)
  return helper === null ? {} : { helper }
}

function masterSnapshot(entries: Entries, entry: number): { master?: TupleSnapshot } {
  const link = entries.masterLink(entry)
  return link ? { master: tupleSnapshot(link.tuple, link.kind) } : {}
}

function adjustmentSnapshot(entries: Entries, entry: number): Pick<EntrySnapshot, 'seqadj_o' | 'seqadj_r'> {
  const adjustment = entries.side(entry)?.adjustment
  if (!adjustment) return {}
  const [seqadj_o, seqadj_r] = adjustment.map(({ position, before, after }) => [
    position >>> 0,
    before >>> 0,
    after >>> 0,
  ])
  return { seqadj_o: seqadj_o ?? [], seqadj_r: seqadj_r ?? [] }
}

function labelsSnapshot(entries: Entries, entry: number): { labels?: string } {
  if (!entries.hasLabels(entry)) return {}
  let labels = ''
  for (let n = 0; n < 16; n++) {
    const byte = (entries.label(entry, n >> 2) >>> (8 * (n & 3))) & 0xff
    labels += byte.toString(16).padStart(2, '0')
  }
  return { labels }
}

function commonSnapshot(entries: Entries, entry: number): Omit<EntrySnapshot, 'mark'> {
  return {
    l3: entries.family(entry) === 6 ? 10 : 2,
    orig: directionSnapshot(entries, entry, 0),
    reply: directionSnapshot(entries, entry, 1),
    status: statusSnapshot(entries.status(entry)),
    id: entries.id(entry),
    timeout: Math.floor(entries.remaining(entry) / 1000),
    ...zoneSnapshot(entries, entry),
  }
}

/** The whole entry, as a dump of the table has it. */
export const entrySnapshot = (entries: Entries, entry: number): EntrySnapshot => ({
  ...commonSnapshot(entries, entry),
  mark: entries.mark(entry) >>> 0,
  ...protocolSnapshot(entries, entry, true),
  ...accountSnapshot(entries, entry),
  ...helperSnapshot(entries, entry),
  ...labelsSnapshot(entries, entry),
  ...masterSnapshot(entries, entry),
  ...adjustmentSnapshot(entries, entry),
})

/** What an event tells of it: less than a dump, according to the {@link Change} bits that the listener was given. */
export function eventSnapshot(
  entries: Entries,
  kind: 'new' | 'update' | 'destroy',
  entry: number,
  changes: number,
): EntrySnapshot {
  const mark = entries.mark(entry) >>> 0
  const told = {
    ...commonSnapshot(entries, entry),
    ...((changes & Change.mark) !== 0 || mark !== 0 ? { mark } : {}),
  }
  if (kind === 'destroy') {
    return { ...told, ...accountSnapshot(entries, entry), ...protocolSnapshot(entries, entry, false) }
  }
  return {
    ...told,
    ...(changes & Change.protocol ? protocolSnapshot(entries, entry, true) : {}),
    ...helperSnapshot(entries, entry),
    ...(changes & Change.label ? labelsSnapshot(entries, entry) : {}),
    ...(changes & Change.related ? masterSnapshot(entries, entry) : {}),
  }
}

const ones: Int32Array = new Int32Array(4).fill(-1)
const nothing: Int32Array = new Int32Array(4)

/** As dumps and events have it: the mask of the destination always reads as all ones. */
export function expectationSnapshot(entries: Entries, one: Expectation): ExpectationSnapshot {
  const { kind } = one
  const proto = kind & 0xff
  return {
    l3: l3Of(kind),
    tuple: {
      src: wordsText(one.source, 0, kind),
      dst: wordsText(one.destination, 0, kind),
      proto,
      sport: one.sourcePort,
      dport: one.destinationPort,
    },
    mask: {
      src: wordsText(one.sourceMask, 0, kind),
      dst: wordsText(ones, 0, kind),
      proto,
      sport: one.sourcePortMask,
      dport: 0xffff,
    },
    master: bareDirectionSnapshot(entries, one.master, 0),
    timeout: Math.max(0, Math.floor((one.expiresAt - entries.now) / 1000)),
    flags: [...(one.isPermanent ? ['permanent'] : []), ...(one.isActive ? [] : ['inactive'])],
    class: one.class,
    ...(one.helper === null ? {} : { helper: one.helper }),
    ...translationSnapshot(entries, one),
  }
}

/** Set-ups that the kernel has not registered, so that ctnetlink cannot name them. */
const namelessSetups: ReadonlySet<string> = new Set(['pptp'])

/** What was saved is told under the protocol of the master, whatever the expected one is. */
function translationSnapshot(
  entries: Entries,
  { kind, master, translation }: Expectation,
): Pick<ExpectationSnapshot, 'nat' | 'fn'> {
  if (!translation) return {}
  const { name, direction, savedAddress, savedPort } = translation
  const fn = namelessSetups.has(name) ? {} : { fn: name }
  if (savedAddress === null && savedPort === 0) return fn
  const tuple = {
    src: wordsText(savedAddress ?? nothing, 0, kind),
    dst: wordsText(nothing, 0, kind),
    proto: entries.protocol(master),
    sport: savedPort,
    dport: 0,
  }
  return { nat: { dir: direction, tuple }, ...fn }
}
