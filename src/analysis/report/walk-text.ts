/** A walk for people: one line a step, the failing statement of each rule with what the packet had. */

import type { StatementStep, Step, Walk } from '../explain/index.ts'
import type { Style } from './style.ts'

type Printer<K extends Step['kind']> = (step: Extract<Step, { kind: K }>, style: Style) => readonly string[]

const label = (word: string): string => word.padEnd(12)

const printers: { readonly [K in Step['kind']]: Printer<K> } = {
  conntrack: ({ hook, state, direction, why }, style) => {
    const paint = state === 'INVALID' ? style.bad : state === 'RELATED' ? style.warning : style.heading
    return [`${label(hook)}conntrack: ${paint(state)}${direction === null ? '' : ` (${direction})`}, ${why}`]
  },
  chain: ({ hook, table, chain, priority }) => [
    `${label(priority === null ? '' : hook)}chain ${table} ${chain}${priority === null ? '' : `, priority ${priority}`}`,
  ],
  return: ({ table, chain }) => [`${label('')}back in chain ${table} ${chain}`],
  rule: printRule,
  policy: ({ table, chain, policy }, style) => [
    `${label('')}policy of ${table} ${chain}  → ${(policy === 'drop' ? style.bad : style.good)(policy)}`,
  ],
  event: ({ text }, style) => [`${label('conntrack')}${style.faint(text)}`],
  routing: ({ text }) => [`${label('routing')}${text}`],
  translation: ({ hook, to, isDrawn }, style) => [
    `${label(hook)}${style.heading('translated')} to ${to}`,
    ...(isDrawn
      ? [`${label('')}  ${style.faint('drawn by lot: a kernel would draw another port or identifier')}`]
      : []),
  ],
  made: ({ packet }, style) => [`${label('the host')}${style.heading('sends')} ${packet}`],
  transmit: ({ interface: name, packet }) => [`${label('out')}${name}: ${packet}`],
  conclusion: ({ isMade, fate, hook, text }, style) => {
    const what = `${fate}${hook === null ? '' : ` in ${hook}`}${text === '' ? '' : `: ${text}`}`
    const paint = fate === 'dropped' || fate === 'malformed' ? style.bad : style.good
    return [isMade ? `${label('')}(${what})` : `${label('result')}${paint(what)}`]
  },
}

function printRule(
  { place, rule, statements, verdict, changes }: Extract<Step, { kind: 'rule' }>,
  style: Style,
): string[] {
  const where = `${place.file}:${place.line}`
  const failed = statements.find(({ outcome }) => outcome !== 'matched')
  const indent = label('')
  if (failed)
    return [
      `${indent}${style.faint(`${where}  ${rule.text}`)}`,
      `${indent}  ${style.faint(`no: ${failedText(failed)}`)}`,
    ]
  const said = verdict === null ? '' : `  → ${paintVerdict(verdict, style)}`
  const effects = changes.map((change) => `${indent}  ${change}`)
  return [`${indent}${where}  ${style.heading(rule.text)}${said}`, ...effects]
}

const paintVerdict = (verdict: string, style: Style): string =>
  verdict === 'drop' || verdict === 'reject' ? style.bad(verdict) : verdict === 'accept' ? style.good(verdict) : verdict

function failedText({ text, isImplied, outcome, actual }: StatementStep): string {
  const asked = isImplied ? `${text} (implied)` : text
  if (outcome === 'not-loadable') return `${asked}: the packet has no such thing`
  return actual === null ? asked : `${asked}: it has ${actual}`
}

/** One line for a packet, then its steps, indented. */
export function printWalk(walk: Walk, style: Style): string {
  const isDelivered = walk.steps.some((step) => step.kind === 'conclusion' && !step.isMade && step.fate === 'delivered')
  const ends = `${walk.in ?? 'this host'} → ${walk.out ?? (isDelivered ? 'this host' : '·')}`
  const at = walk.at === 0 ? '' : ` ${(walk.at / 1000).toFixed(3)}s`
  const head = `#${walk.number}${at}  ${ends}  ${style.heading(walk.packet)}`
  return `${[head, ...walk.steps.flatMap((step) => printStep(step, style).map((line) => `    ${line}`))].join('\n')}\n`
}

/** The tag of the union picks its printer. */
function printStep<K extends Step['kind']>(step: Extract<Step, { kind: K }>, style: Style): readonly string[] {
  // Indexing with K loses the link between the tag and the printer, which the table's type has proven.
  return (printers[step.kind] as Printer<K>)(step, style)
}

/** One object: the steps as data, rules by place and text. */
export function walkJson(walk: Walk): string {
  const steps = walk.steps.map((step) => {
    if (step.kind !== 'rule') return step
    const { place, rule, ...rest } = step
    return { ...rest, file: place.file, line: place.line, text: rule.text }
  })
  return JSON.stringify({ type: 'walk', ...walk, steps })
}
