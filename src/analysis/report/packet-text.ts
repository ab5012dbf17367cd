/** One judged packet in three lines: what it is, which state it has and why, and what decided. */

import type { Because, Judgment, VerdictName } from '../replay/index.ts'
import type { Style } from './style.ts'

/** `#17 0.034s  wan → lan  udp ...`, its state with the reason, and hook, rule and verdict. */
export function printJudgment(judgment: Judgment, style: Style): string {
  const { n, time, packet } = judgment
  const head = `${style.heading(`#${n}`)} ${time.toFixed(3)}s  ${wayText(judgment)}  ${packet}`
  return `${head}\n    ${stateText(judgment)}  ${becauseText(judgment.because, judgment.entry)}\n    ${decisionText(judgment, style)}\n`
}

function wayText({ in: input, out, hook, verdict }: Judgment): string {
  const isLocal = hook === 'output' || (hook === 'postrouting' && input === null)
  const from = isLocal ? 'this host' : (input ?? '?')
  const isHere = hook === 'input'
  const to = isHere ? 'this host' : (out ?? (verdict === 'accept' ? 'this host' : '·'))
  return `${from} → ${to}`
}

function stateText({ state, direction }: Judgment): string {
  const name = state === null ? 'NO STATE' : state.toUpperCase()
  return (direction === 'reply' ? `${name} (reply)` : name).padEnd(16)
}

/** Why it has its state, as half a sentence. `entry`: the one it belongs to, if any. */
export function becauseText(because: Because, entry: number | null = null): string {
  switch (because.kind) {
    case 'new':
      return 'it opens a flow, or repeats an opening that nobody has answered'
    case 'established':
      return `it belongs to ${entry === null ? 'a flow' : entryText(entry)}, which has been answered`
    case 'icmp-error':
      return `an ICMP error that quotes ${numbered(because.about.packet)} of ${entryText(because.about.entry)}`
    case 'expectation': {
      const words = because.announcement === '' ? '' : `: "${because.announcement}"`
      const made = because.packet > 0 ? `, made by packet #${because.packet}${words}` : ''
      return `helper ${because.helper} expected it for ${entryText(because.master)}${made}`
    }
    case 'invalid':
      return `${because.text} [${because.code}]`
    case 'untracked':
      return 'conntrack leaves it alone: a rule said notrack, or it is neighbour or multicast listener discovery'
    case 'fragment':
      return 'a fragment that waits for the rest of its packet; the last one to come carries the judgment'
  }
}

const numbered = (packet: number): string => (packet > 0 ? `packet #${packet}` : 'a packet')

const entryText = (entry: number): string => (entry > 0 ? `entry ${entry}` : 'an entry that was never confirmed')

function decisionText(judgment: Judgment, style: Style): string {
  const { hook, rule, policy, fate, verdict } = judgment
  const parts: string[] = []
  if (hook !== null) parts.push(hook)
  if (rule) parts.push(`${rule.table} ${rule.chain}`, `${rule.file}:${rule.line}`, rule.text)
  else if (policy) parts.push(`${policy.table} ${policy.chain}`, `policy ${policy.policy}`)
  else if (fate === null) parts.push(hook === null ? 'before any hook' : 'no chain on this hook')
  if (fate !== null) parts.push(fate.text)
  return `${parts.join('  ')}   → ${verdictText(verdict, style)}`
}

/** The verdict, set off by its kind. */
export function verdictText(verdict: VerdictName, style: Style): string {
  if (verdict === 'accept') return style.good(verdict)
  return verdict === 'held' ? style.faint(verdict) : style.bad(verdict)
}
