/**
 * Compares two results of one scenario, packet by packet and at the end, and scores a model against a kernel.
 *
 * What the kernel cannot repeat itself is masked (mask.ts); order is ignored where it is the order of a hash table.
 */
import { canonical, sortCanonically } from './canonical.ts'
import type { ConntrackEvent, Outcome, PacketRecord, Result } from './format.ts'
import { hasMadePacket, localAddresses, maskListing, maskPacket } from './mask.ts'

/** What is compared: packets that left, states at the hooks, events, rules met, and everything at the end. */
export type Aspect = 'out' | 'ct' | 'ev' | 'trace' | 'end'

/** What is compared when nothing else is said; rules met are compared on request only, as few results hold them. */
export const usualAspects: readonly Aspect[] = ['out', 'ct', 'ev', 'end']

/** Where two results differ first; `packet` is an index from 0, absent when it is not about one packet. */
export interface Difference {
  readonly packet?: number
  /** out, error, ct, ev or trace of a packet; or the key of the result, such as conntrack or `timeout of ...`. */
  readonly field: string
  readonly a: unknown
  readonly b: unknown
}

export interface CompareOptions {
  /**
   * The scenario ran in real time: then the ends of entries and expectations are not compared among the events, as the kernel's
   * collector tells of those that are over when it comes by.
   */
  readonly isInRealTime?: boolean
  /** The usual aspects when left out. */
  readonly only?: readonly Aspect[]
  /** How far timeouts of an entry may lie apart; 2 when left out. */
  readonly toleranceSeconds?: number
}

/** The first difference in what is compared, or null when there is none. */
export function compareResults(a: Result, b: Result, options: CompareOptions = {}): Difference | null {
  const only = options.only ?? usualAspects
  if ('error' in a || 'error' in b) return compareFailures(a, b)
  const all = options.isInRealTime === true ? realTimeFields : packetFields
  const fields = all.filter(({ aspect }) => only.includes(aspect))
  const local = localAddresses(a.local)
  for (const [index, record] of a.packets.entries()) {
    const other = b.packets[index]
    if (other === undefined) break
    const different = differentFields(record, other, local, fields)[0]
    if (different !== undefined) return { packet: index, ...different }
  }
  if (a.packets.length !== b.packets.length) return { field: 'packets', a: a.packets.length, b: b.packets.length }
  return only.includes('end') ? compareEnd(a, b, options.toleranceSeconds ?? 2) : null
}

/** How many of the kernel's packets a model has right. */
export interface Score {
  readonly packets: number
  readonly equalOut: number
  readonly equalCt: number
  /** Both `out` and `ct` right. */
  readonly equalBoth: number
  /** Every packet and field that differs; a is the model's value, b the kernel's. */
  readonly differences: readonly Difference[]
}

/** Scores `out` (with a refused local send's `error`) and `ct` of every packet; a missing one is wrong. */
export function scorePackets(model: Result, kernel: Result): Score {
  if ('error' in kernel) return scoreFailure(model, kernel, 0)
  if ('error' in model) return scoreFailure(model, kernel, kernel.packets.length)
  const local = localAddresses(kernel.local)
  const fields = packetFields.filter(({ aspect }) => aspect === 'out' || aspect === 'ct')
  const differences: Difference[] = []
  const score = { packets: kernel.packets.length, equalOut: 0, equalCt: 0, equalBoth: 0 }
  for (const [packet, record] of kernel.packets.entries()) {
    const own = model.packets[packet]
    const found = own === undefined ? missingPacket(record) : differentFields(own, record, local, fields)
    const wrongCt = found.some(({ field }) => field === 'ct')
    const wrongOut = found.some(({ field }) => field !== 'ct')
    score.equalOut += wrongOut ? 0 : 1
    score.equalCt += wrongCt ? 0 : 1
    score.equalBoth += wrongOut || wrongCt ? 0 : 1
    differences.push(...found.map((difference) => ({ packet, ...difference })))
  }
  if (model.packets.length > kernel.packets.length) {
    differences.push({ field: 'packets', a: model.packets.length, b: kernel.packets.length })
  }
  return { ...score, differences }
}

interface PacketField {
  readonly field: 'out' | 'error' | 'ct' | 'ev' | 'trace'
  readonly aspect: Aspect
  readonly pick: (record: PacketRecord, mask: (hex: string) => string) => unknown
}

const packetFields: readonly PacketField[] = [
  { field: 'out', aspect: 'out', pick: ({ out }, mask) => out.map(([device, hex]) => [device, mask(hex)]) },
  { field: 'error', aspect: 'out', pick: (record) => record.error },
  { field: 'ct', aspect: 'ct', pick: (record) => record.ct ?? [] },
  // Events of one packet come in the order of work queues; their timeouts are clocks.
  { field: 'ev', aspect: 'ev', pick: (record) => sortCanonically((record.ev ?? []).map(comparable)) },
  { field: 'trace', aspect: 'trace', pick: (record) => record.trace ?? [] },
]

const isEnd = ({ ev }: ConntrackEvent): boolean => ev === 'destroy' || ev === 'exp-destroy'

const realTimeFields: readonly PacketField[] = packetFields.map((each) =>
  each.field === 'ev'
    ? {
        ...each,
        pick: (record, mask) => each.pick({ ...record, ev: (record.ev ?? []).filter((event) => !isEnd(event)) }, mask),
      }
    : each,
)

function differentFields(
  a: PacketRecord,
  b: PacketRecord,
  local: ReadonlySet<string>,
  fields: readonly PacketField[],
): Difference[] {
  // Either may say so: a model need not report hooks.
  const isMade = hasMadePacket(a) || hasMadePacket(b)
  const mask = (hex: string): string => maskPacket(hex, local, isMade)
  return fields
    .map(({ field, pick }) => ({ field, a: pick(a, mask), b: pick(b, mask) }))
    .filter(({ a: left, b: right }) => canonical(left) !== canonical(right))
}

function compareFailures(a: Result, b: Result): Difference | null {
  const left = 'error' in a ? a.error : undefined
  const right = 'error' in b ? b.error : undefined
  return left === right ? null : { field: 'error', a: left, b: right }
}

function compareEnd(a: Outcome, b: Outcome, toleranceSeconds: number): Difference | null {
  return (
    compareLists('conntrack', a.conntrack.map(comparable), b.conntrack.map(comparable)) ??
    compareTimeouts(a, b, toleranceSeconds) ??
    compareLists('expect', a.expect.map(comparable), b.expect.map(comparable)) ??
    compareRuleset(a, b) ??
    compareValues('iptables', a.iptables, b.iptables) ??
    compareValues('ip6tables', a.ip6tables, b.ip6tables) ??
    compareValues('noise', a.noise, b.noise) ??
    compareValues('late', a.late, b.late)
  )
}

/** As sets: what only one side has is shown, nothing else. */
function compareLists(field: string, a: readonly unknown[], b: readonly unknown[]): Difference | null {
  if (canonical(sortCanonically(a)) === canonical(sortCanonically(b))) return null
  return { field, a: onlyIn(a, b), b: onlyIn(b, a) }
}

function compareTimeouts(a: Outcome, b: Outcome, toleranceSeconds: number): Difference | null {
  const others = new Map(b.conntrack.map((entry) => [entryKey(entry), entry.timeout ?? 0]))
  for (const entry of a.conntrack) {
    const other = others.get(entryKey(entry)) ?? 0
    const own = entry.timeout ?? 0
    if (Math.abs(own - other) > toleranceSeconds) return { field: `timeout of ${entryKey(entry)}`, a: own, b: other }
  }
  return null
}

function entryKey(entry: Outcome['conntrack'][number]): string {
  return canonical([entry.orig, entry.zone])
}

/** A few rulesets make libnftables 1.0.6 abort when it lists them: where one side has no listing there is nothing to compare. */
function compareRuleset(a: Outcome, b: Outcome): Difference | null {
  if (isUnlisted(a) || isUnlisted(b)) return null
  return compareValues('ruleset', maskListing(a.ruleset, sortCanonically), maskListing(b.ruleset, sortCanonically))
}

const isUnlisted = ({ ruleset }: Outcome): boolean => ruleset !== undefined && 'error' in ruleset

function compareValues(field: string, a: unknown, b: unknown): Difference | null {
  if (canonical(a) === canonical(b)) return null
  const bothLists = Array.isArray(a) && Array.isArray(b)
  return bothLists ? { field, a: onlyIn(a, b), b: onlyIn(b, a) } : { field, a, b }
}

function onlyIn(own: readonly unknown[], other: readonly unknown[]): unknown[] {
  const known = new Set(other.map(canonical))
  return own.filter((element) => !known.has(canonical(element)))
}

/** Helpers whose expectations the kernel does not clear: how they would be translated is left over from an earlier one. */
const unclearedHelpers: readonly unknown[] = ['netbios-ns', 'snmp']

/** An entry, expectation or event without what two runs of one kernel do not agree on. */
function comparable(value: object): object {
  const isUncleared = 'helper' in value && unclearedHelpers.includes(value.helper)
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => key !== 'timeout' && !(isUncleared && key === 'nat')),
  )
}

function scoreFailure(model: Result, kernel: Result, packets: number): Score {
  const difference = compareFailures(model, kernel)
  const equal = difference === null ? packets : 0
  return {
    packets,
    equalOut: equal,
    equalCt: equal,
    equalBoth: equal,
    differences: difference === null ? [] : [difference],
  }
}

function missingPacket(record: PacketRecord): Difference[] {
  return [
    { field: 'out', a: undefined, b: record.out },
    { field: 'ct', a: undefined, b: record.ct ?? [] },
  ]
}
