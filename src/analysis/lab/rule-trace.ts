/** The rules that a packet met, as nftrace tells them: rules that were not left by a failed match, ends of chains, policies. */

import type { Packet } from '../../model/packet/index.ts'
import type { Chain, Outcome, Rule, Table, Tracer } from '../../model/rules/index.ts'
import type { TraceLine } from './format.ts'

export class RuleTrace implements Tracer {
  readonly #lines: { trace: TraceLine[] }
  #open: { readonly rule: Rule; matched: boolean } | null = null
  #place = { table: '', chain: '' }
  readonly #places = new Map<Rule, { table: string; chain: string }>()

  constructor(lines: { trace: TraceLine[] }) {
    this.#lines = lines
  }

  enterChain(_packet: Packet, table: Table, chain: Chain): void {
    this.#close()
    this.#place = { table: table.name, chain: chain.name }
    for (const rule of chain.rules) this.#places.set(rule, this.#place)
  }

  enterRule(_packet: Packet, rule: Rule): void {
    this.#close()
    this.#place = this.#places.get(rule) ?? this.#place
    this.#open = { rule, matched: true }
  }

  statement(_packet: Packet, _rule: Rule, _statement: unknown, outcome: Outcome): void {
    if (this.#open && outcome !== 'matched') this.#open.matched = false
  }

  verdict(_packet: Packet, rule: Rule, verdict: string): void {
    const [kind = '', to] = verdict.split(' ')
    this.#push({ what: 'rule', rule: rule.handle, verdict: kind, ...(to === undefined ? {} : { to }) })
    this.#open = null
  }

  policy(_packet: Packet, table: Table, chain: Chain, policy: 'accept' | 'drop'): void {
    this.#close()
    this.#place = { table: table.name, chain: chain.name }
    this.#push({ what: 'policy', verdict: policy })
  }

  /** A rule that matched to its end and gave no verdict is told with `continue`. */
  #close(): void {
    const open = this.#open
    this.#open = null
    if (open?.matched) this.#push({ what: 'rule', rule: open.rule.handle, verdict: 'continue' })
  }

  #push(line: Omit<TraceLine, 'table' | 'chain'>): void {
    this.#lines.trace.push({ ...this.#place, ...line })
  }
}
