/** What a replay has counted, as data that can be sent from a worker and added to what others counted; and the summary of it. */

import type { CompiledRuleset } from '../../model/machine/index.ts'
import type { Clock } from './clock.ts'
import { type RuleIndex, withCounters } from './rule-index.ts'
import { secondsOf } from './seconds.ts'
import type { CaptureSummary, RuleCount, Summary } from './summary.ts'
import { Tally, type TallyData } from './tally.ts'
import type { Comparison } from './vantage/at-host.ts'
import type { TrustCounts } from './vantage/checksum-trust.ts'

interface PacketCount {
  readonly packets: number
  readonly bytes: number
}

export interface RuleFindings {
  /** By rule id. */
  readonly packets: Float64Array
  readonly bytes: Float64Array
  /** Counter statements in the order of the rules: as they were written, and as they are now. */
  readonly counters: readonly { readonly ruleId: number; readonly before: PacketCount; readonly count: PacketCount }[]
}

export interface Findings {
  readonly tally: TallyData
  /** Whole seconds since 1970 of the first frame with a time (-1: there is none), its milliseconds from there, milliseconds since it, and frames that came too early. */
  readonly clock: Pick<Clock, 'origin' | 'first' | 'now' | 'backwards'>
  readonly rules: RuleFindings
  readonly entries: number
  readonly expectations: number
  readonly flows: number
  readonly comparison: Comparison | null
  readonly trust: TrustCounts & { readonly addresses: readonly string[] }
  readonly assumptions: readonly string[]
}

export const findRules = ({ packets, bytes, listing }: CompiledRuleset): RuleFindings => ({
  packets,
  bytes,
  counters: listing.statements().flatMap(({ ruleId, statement, count }) => {
    if (statement.kind !== 'counter' || !count) return []
    return [{ ruleId, before: { packets: statement.packets, bytes: statement.bytes }, count }]
  }),
})

/** All shards of one replay together. `flows`: how many there are in all, `refusedFlows` likewise. */
export function addFindings(
  shards: readonly Findings[],
  flows: { readonly count: number; readonly refused: number },
): Findings {
  const [first] = shards
  if (!first) throw new RangeError('a replay has at least one shard')
  const tally = new Tally()
  for (const shard of shards) tally.add(shard.tally)
  const sum = (of: (findings: Findings) => number): number => shards.reduce((all, shard) => all + of(shard), 0)
  return {
    tally: { ...tally.data, refusedFlows: flows.refused },
    clock: first.clock,
    rules: addRules(shards.map(({ rules }) => rules)),
    entries: sum(({ entries }) => entries),
    expectations: sum(({ expectations }) => expectations),
    flows: flows.count,
    comparison: first.comparison && {
      agreed: sum(({ comparison }) => comparison?.agreed ?? 0),
      refused: sum(({ comparison }) => comparison?.refused ?? 0),
      unexplained: sum(({ comparison }) => comparison?.unexplained ?? 0),
      made: sum(({ comparison }) => comparison?.made ?? 0),
    },
    trust: {
      cut: sum(({ trust }) => trust.cut),
      partial: sum(({ trust }) => trust.partial),
      oneSided: sum(({ trust }) => trust.oneSided),
      addresses: first.trust.addresses,
    },
    assumptions: first.assumptions,
  }
}

function addRules(shards: readonly RuleFindings[]): RuleFindings {
  const sums = (of: (shard: RuleFindings) => Float64Array): Float64Array =>
    Float64Array.from(shards[0] ? of(shards[0]) : [], (_, id) => shards.reduce((sum, one) => sum + of(one)[id]!, 0))
  const counters = (shards[0]?.counters ?? []).map(({ ruleId, before }, i) => {
    const added = (key: keyof PacketCount): number =>
      shards.reduce((sum, { counters: own }) => sum + (own[i]?.count[key] ?? 0) - before[key], before[key])
    return { ruleId, before, count: { packets: added('packets'), bytes: added('bytes') } }
  })
  return { packets: sums(({ packets }) => packets), bytes: sums(({ bytes }) => bytes), counters }
}

export function summaryOf(findings: Findings, rules: RuleIndex, captures: readonly CaptureSummary[]): Summary {
  const tally = new Tally()
  tally.add(findings.tally)
  const { origin, first, now, backwards } = findings.clock
  return {
    packets: tally.packets,
    frames: tally.frames,
    states: tally.states,
    verdicts: { ...tally.verdicts },
    invalid: tally.invalid,
    fates: tally.fates,
    rules: ruleCounts(findings.rules, rules),
    entries: findings.entries,
    expectations: findings.expectations,
    flows: findings.flows,
    refusedFlows: tally.refusedFlows,
    skipped: tally.skipped,
    results: tally.results,
    made: tally.made,
    comparison: findings.comparison,
    assumptions: findings.assumptions,
    trust: findings.trust,
    clock: {
      start: origin >= 0 ? origin + first / 1000 : null,
      seconds: secondsOf(now),
      backwards,
    },
    captures,
  }
}

function ruleCounts({ packets, bytes, counters }: RuleFindings, { rules }: RuleIndex): RuleCount[] {
  const texts = new Map<number, string[]>()
  for (const { ruleId, count } of counters) {
    texts.set(ruleId, [...(texts.get(ruleId) ?? []), `counter packets ${count.packets} bytes ${count.bytes}`])
  }
  return rules.map((rule) => ({
    ...rule,
    text: withCounters(rule.text, texts.get(rule.id) ?? []),
    packets: packets[rule.id] ?? 0,
    bytes: bytes[rule.id] ?? 0,
  }))
}
