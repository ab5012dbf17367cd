/** Which judgments and flows a person wants to see: by state, verdict, rule or flow. */

import { parseAddress } from '../../model/bytes/index.ts'
import type { FlowRow } from './flow-table.ts'
import { type Judgment, type StateName, stateNames, type VerdictName, verdictNames } from './judgment.ts'
import type { RuleIndex } from './rule-index.ts'
import { stateBits } from './state-bits.ts'

/** Empty lists and nulls let everything through. */
export interface Filter {
  readonly states: readonly StateName[]
  readonly verdicts: readonly VerdictName[]
  readonly rules: readonly { readonly file: string; readonly line: number }[]
  /** An entry number, or text that must be found in the packet's words (an address, or address:port). */
  readonly flows: readonly (number | string)[]
}

export const noFilter: Filter = { states: [], verdicts: [], rules: [], flows: [] }

export const isEmptyFilter = ({ states, verdicts, rules, flows }: Filter): boolean =>
  states.length + verdicts.length + rules.length + flows.length === 0

/** Texts as options give them; lists are separated by commas. */
export interface FilterTexts {
  readonly state?: readonly string[]
  readonly verdict?: readonly string[]
  readonly rule?: readonly string[]
  readonly flow?: readonly string[]
}

const split = (texts: readonly string[] | undefined): readonly string[] =>
  (texts ?? []).flatMap((text) => text.split(','))

/** Reads a filter; a message when it is malformed. */
export function parseFilter(texts: FilterTexts): Filter | string {
  const states: StateName[] = []
  for (const text of split(texts.state)) {
    const state = stateNames.find((name) => name === text.toLowerCase())
    if (!state) return `--state: expected one of ${stateNames.join(', ')}, found "${text}"`
    states.push(state)
  }
  const verdicts: VerdictName[] = []
  for (const text of split(texts.verdict)) {
    const verdict = verdictNames.find((name) => name === text.toLowerCase())
    if (!verdict) return `--verdict: expected one of ${verdictNames.join(', ')}, found "${text}"`
    verdicts.push(verdict)
  }
  const rules: { file: string; line: number }[] = []
  for (const text of texts.rule ?? []) {
    const found = /^(.*):(\d+)$/.exec(text)
    if (!found) return `--rule: expected FILE:LINE, found "${text}"`
    rules.push({ file: found[1] ?? '', line: Number(found[2]) })
  }
  const flows: (number | string)[] = []
  for (const text of split(texts.flow)) {
    if (!isFlowText(text))
      return `--flow: expected an entry number, an address, or address:port ([address]:port for IPv6), found "${text}"`
    flows.push(/^\d+$/.test(text) ? Number(text) : text)
  }
  return { states, verdicts, rules, flows }
}

function isFlowText(text: string): boolean {
  const withPort = /^(?:\[(.+)\]|([^:]+)):\d{1,5}$/.exec(text)
  return /^\d+$/.test(text) || parseAddress(withPort?.[1] ?? withPort?.[2] ?? text) !== null
}

/** The first rule of the filter that the ruleset does not have, as it was asked for; null when all are there. */
export function unknownRule(filter: Filter, rules: RuleIndex): string | null {
  const unknown = filter.rules.find((one) => !rules.rules.some((place) => isRule({ ...noFilter, rules: [one] }, place)))
  return unknown ? `${unknown.file}:${unknown.line}` : null
}

const isRule = (filter: Filter, place: { readonly file: string; readonly line: number } | null): boolean =>
  place !== null &&
  filter.rules.some(
    ({ file, line }) => line === place.line && (file === '' || place.file === file || place.file.endsWith(`/${file}`)),
  )

/** Whether the text holds the address or address:port as a whole, not as part of a longer number. */
function holds(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const before = text[at - 1] ?? ' '
    const after = text[at + part.length] ?? ' '
    if (!/[\w.]/.test(before) && !/[\w.]/.test(after)) return true
  }
  return false
}

export function isWanted(filter: Filter, judgment: Judgment): boolean {
  const { state, verdict, rule, entry, packet, because } = judgment
  if (filter.states.length > 0 && (state === null || !filter.states.includes(state))) return false
  if (filter.verdicts.length > 0 && !filter.verdicts.includes(verdict)) return false
  if (filter.rules.length > 0 && !isRule(filter, rule)) return false
  if (filter.flows.length === 0) return true
  const about = because.kind === 'icmp-error' ? because.about.entry : entry
  return filter.flows.some((flow) => (typeof flow === 'number' ? flow === about : holds(packet, flow)))
}

/** `words`: the flow in words. A flow has each state and verdict that one of its packets had. */
export function isWantedFlow(filter: Filter, flow: FlowRow, words: string, rules: RuleIndex): boolean {
  if (filter.states.length > 0 && !filter.states.some((state) => (flow.states & stateBits[state]) !== 0)) return false
  if (filter.verdicts.length > 0 && !filter.verdicts.some((verdict) => hasVerdict(flow, verdict, rules))) return false
  const places = [rules.rule(flow.openingRule), rules.rule(flow.refusingRule)]
  if (filter.rules.length > 0 && !places.some((place) => isRule(filter, place))) return false
  return (
    filter.flows.length === 0 ||
    filter.flows.some((one) => (typeof one === 'number' ? one === flow.entry : holds(words, one)))
  )
}

function hasVerdict(flow: FlowRow, verdict: VerdictName, rules: RuleIndex): boolean {
  if (verdict === 'accept') return flow.hasPassed
  if (flow.packets.refused === 0) return false
  return (rules.rule(flow.refusingRule)?.isReject === true) === (verdict === 'reject')
}
