/** The default report: states, verdicts, rules with their counters, flows with their outcome, what was assumed, what to look at next. */

import { grouped, plural } from '../../languages/diagnostics/index.ts'
import type { Comparison, FlowRow, RuleCount, RuleIndex, Summary } from '../replay/index.ts'
import { columns } from './columns.ts'
import { printFlows } from './flow-text.ts'
import type { Style } from './style.ts'

/** `flows`: those to show, sorted; `command`: how this replay was asked for, for the lines that say what to look at next. */
export interface SummaryView {
  readonly flows: readonly FlowRow[]
  readonly rules: RuleIndex
  readonly command: string
  readonly hints: readonly string[]
}

export function printSummary(summary: Summary, view: SummaryView, style: Style): string {
  const sections = [
    overview(summary),
    assumptions(summary, style),
    counts(summary, style),
    ruleCounters(summary, style),
    flowSection(summary, view, style),
    problems(summary, style),
    next(summary, view, style),
  ]
  return sections.filter((section) => section !== '').join('\n')
}

const lines = (heading: string, body: readonly string[]): string =>
  body.length === 0 ? '' : `${heading}\n${body.map((line) => `  ${line}\n`).join('')}`

function overview(summary: Summary): string {
  const names = summary.captures.map((capture) => capture.name).join(', ')
  const parts = [
    `${names}: ${plural(summary.frames, 'frame')} over ${summary.clock.seconds.toFixed(1)} s`,
    `${plural(summary.packets, 'packet')} judged`,
  ]
  if (summary.results > 0) parts.push(`${plural(summary.results, 'frame')} show what the box made of them`)
  const skipped = summary.skipped.reduce((sum, { count }) => sum + count, 0)
  if (skipped > 0) parts.push(`${grouped(skipped)} skipped`)
  return `${parts.join('; ')}\n`
}

function assumptions(summary: Summary, style: Style): string {
  const { trust } = summary
  const said = [...summary.assumptions]
  if (trust.cut > 0)
    said.push(
      `${plural(trust.cut, 'frame')} cut by the snap length: what is missing is taken for zeros, checksums are believed`,
    )
  if (trust.partial > 0)
    said.push(`${plural(trust.partial, 'packet')} whose checksum was left to the network card: it is believed`)
  if (trust.oneSided > 0) {
    const from = trust.addresses.slice(0, 4).join(', ')
    said.push(
      `${plural(trust.oneSided, 'packet')} from ${from}${trust.addresses.length > 4 ? ', ...' : ''}, all of whose checksums are wrong: they are believed`,
    )
  }
  if (summary.clock.backwards > 0)
    said.push(`${plural(summary.clock.backwards, 'frame')} earlier than the one before: the clock stands still there`)
  return lines(style.heading('assumed'), said)
}

const pairs = (record: Readonly<Record<string, number>>): string =>
  Object.entries(record)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${grouped(count)}`)
    .join('   ') || 'none'

function counts(summary: Summary, style: Style): string {
  const rows = [
    ['states', pairs(summary.states)],
    ['verdicts', pairs(summary.verdicts)],
    ...summary.invalid.map(({ code, text, count }) => ['invalid', `${grouped(count)} × ${text} [${code}]`]),
    ...summary.fates.map(({ code, text, count }) => ['the host', `dropped ${grouped(count)} × ${text} [${code}]`]),
    ...summary.skipped.map(({ reason, text, count }) => [
      'skipped',
      `${grouped(count)} × ${text}${text === reason ? '' : ` [${reason}]`}`,
    ]),
    [
      'conntrack',
      `${plural(summary.entries, 'entry', 'entries')} and ${plural(summary.expectations, 'expectation')} at the end`,
    ],
  ]
  return columns(rows.map(([name = '', value = '']) => [style.heading(name), value]))
    .map((line) => `${line}\n`)
    .join('')
}

function ruleCounters(summary: Summary, style: Style): string {
  const chains = new Map<string, string[][]>()
  const row = (name: string, cells: string[]): void => void chains.set(name, [...(chains.get(name) ?? []), cells])
  for (const rule of summary.rules)
    row(chainName(rule), [grouped(rule.packets), `${rule.file}:${rule.line}`, rule.text])
  if (chains.size === 0) return ''
  const parts = [...chains].map(
    ([name, rows]) =>
      `  ${name}\n${columns(rows, [0])
        .map((line) => `    ${line}\n`)
        .join('')}`,
  )
  return `${style.heading('rules')}  ${style.faint('with the packets that matched them, as nft list ruleset counts')}\n${parts.join('')}`
}

const chainName = (rule: RuleCount): string => `${rule.table} ${rule.chain}`

function flowSection(summary: Summary, view: SummaryView, style: Style): string {
  if (summary.flows === 0) return ''
  const shown = view.flows.length < summary.flows ? `, ${grouped(view.flows.length)} shown, those in trouble first` : ''
  const refused = summary.refusedFlows > 0 ? `, ${grouped(summary.refusedFlows)} refused at their opening` : ''
  return `${style.heading(`${plural(summary.flows, 'flow')}${refused}${shown}`)}\n${printFlows(view.flows, view.rules, style)}`
}

function problems(summary: Summary, style: Style): string {
  const said = summary.captures.flatMap((capture) =>
    capture.problems.map(({ code, effect, message, byteOffset, count }) => {
      const times = count > 1 ? ` (and ${count - 1} more)` : ''
      const end = effect === 'fatal' ? '; nothing after it was read' : ''
      return `${capture.name}: at byte ${byteOffset}: ${message} [${code}]${times}${end}`
    }),
  )
  if (summary.comparison) said.push(...differences(summary.comparison))
  return lines(style.warning('problems'), said)
}

function differences({ refused, unexplained }: Comparison): string[] {
  const said: string[] = []
  if (refused > 0)
    said.push(
      `the box sent on ${plural(refused, 'packet')} that this ruleset refuses: it ran another ruleset, or it was replaced in between`,
    )
  if (unexplained > 0) said.push(`the box sent on ${plural(unexplained, 'packet')} whose arrival is not in the capture`)
  return said
}

/** Questions that this replay raises, as commands that answer them. */
function next(summary: Summary, view: SummaryView, style: Style): string {
  const { command } = view
  const rows: string[][] = []
  if (summary.states.related > 0) rows.push([`${command} --packets --state related`, 'what was RELATED, and to what'])
  if (summary.verdicts.drop + summary.verdicts.reject > 0)
    rows.push([`${command} --packets --verdict drop,reject`, 'what was refused, and by which rule'])
  if (summary.states.invalid > 0)
    rows.push([`${command} --packets --state invalid`, 'what conntrack could not place, and why'])
  if (summary.refusedFlows > 0 || summary.flows > view.flows.length) rows.push([`${command} --flows`, 'all flows'])
  if (rows.length === 0) rows.push([`${command} --packets`, 'every packet, with the reason'])
  return lines(style.heading('to look at next'), [...view.hints, ...columns(rows)])
}
