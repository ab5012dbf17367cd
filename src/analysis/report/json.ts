/** The machine-readable form: one object a line, the summary last. */

import {
  type FlowRow,
  type Judgment,
  type PolicyPlace,
  type RuleIndex,
  type RulePlace,
  type Summary,
  secondsOf,
} from '../replay/index.ts'
import { flowStates, outcomeText } from './flow-text.ts'

const ruleJson = (rule: RulePlace | null): object | null =>
  rule && { file: rule.file, line: rule.line, table: rule.table, chain: rule.chain, text: rule.text }

/** Beside `rule: null`: the policy that decided, or what the host itself did. */
const otherwise = (policy: PolicyPlace | null, fate: Judgment['fate']): object => ({
  ...(policy && { policy: { table: policy.table, chain: policy.chain, verdict: policy.policy } }),
  ...(fate && { fate: fate.code }),
})

export function judgmentJson(judgment: Judgment): string {
  const { n, capture, frame, time, hook, state, direction, entry, verdict, rule, policy, fate, because, packet } =
    judgment
  const from = judgment.in
  const { out } = judgment
  const decided = { verdict, rule: ruleJson(rule), ...otherwise(policy, fate) }
  return JSON.stringify({
    type: 'packet',
    n,
    capture,
    frame,
    time,
    in: from,
    out,
    hook,
    state,
    direction,
    entry,
    ...decided,
    because,
    packet,
  })
}

export function flowJson(flow: FlowRow, rules: RuleIndex): string {
  const { protocol, source, sourcePort, destination, destinationPort, entry, packets, bytes } = flow
  const ends = { protocol, source, sourcePort, destination, destinationPort }
  const opening = rules.rule(flow.openingRule)
  return JSON.stringify({
    type: 'flow',
    ...ends,
    entry: entry === 0 ? null : entry,
    packets,
    bytes,
    states: flowStates(flow),
    openingDropped: flow.isOpeningDropped,
    rule: ruleJson(opening),
    outcome: outcomeText(flow, rules),
    first: flow.firstNumber,
    from: secondsOf(flow.firstTime),
    to: secondsOf(flow.lastTime),
  })
}

export function summaryJson(summary: Summary, hints: readonly string[] = []): string {
  const { rules, packets, states, verdicts, entries, expectations, skipped, ...rest } = summary
  const counts = rules.map((rule) => ({ ...ruleJson(rule), packets: rule.packets, bytes: rule.bytes }))
  return JSON.stringify({
    type: 'summary',
    packets,
    states,
    verdicts,
    rules: counts,
    entries,
    expectations,
    skipped,
    ...rest,
    hints,
  })
}
