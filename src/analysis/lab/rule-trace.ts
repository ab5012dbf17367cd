/** The rules that a packet met, as nftrace tells them: rules that were not left by a failed match, ends of chains, policies. */

import type { Outcome, Tracer } from '../../model/machine/index.ts'
import type { Packet } from '../../model/packet/index.ts'
import type { Chain, Rule, Table } from '../../model/rules/index.ts'
import type { TraceLine } from './format.ts'

/** A chain that a packet is in. */
interface Level {
  readonly table: string
  readonly chain: string
  /** A rule said `return`: the end of the chain is not told again. */
  hasReturned: boolean
}

export class RuleTrace implements Tracer {
  readonly #lines: { trace: TraceLine[] }
  #open: { readonly rule: Rule; matched: boolean } | null = null
  /** From the base chain to the chain that the packet is in now. */
  #levels: Level[] = []
  /** How the next chain is entered. */
  #entering: 'jump' | 'goto' | null = null
  readonly #chains = new Map<Rule, string>()

  constructor(lines: { trace: TraceLine[] }) {
    this.#lines = lines
  }

  enterChain(_packet: Packet, table: Table, chain: Chain): void {
    this.#close()
    for (const rule of chain.rules) this.#chains.set(rule, chain.name)
    if (this.#entering === null) this.#levels = []
    if (this.#entering === 'goto') this.#levels.pop()
    this.#levels.push({ table: table.name, chain: chain.name, hasReturned: false })
    this.#entering = null
  }

  enterRule(_packet: Packet, rule: Rule): void {
    this.#close()
    this.#leaveUntil(this.#chains.get(rule) ?? null)
    this.#open = { rule, matched: true }
  }

  statement(_packet: Packet, _rule: Rule, _statement: unknown, outcome: Outcome): void {
    if (this.#open && outcome !== 'matched') this.#open.matched = false
  }

  verdict(_packet: Packet, rule: Rule, verdict: string): void {
    const [kind = '', to] = verdict.split(' ')
    const level = this.#levels.at(-1)
    this.#push(level, { what: 'rule', rule: rule.handle, verdict: kind, ...(to === undefined ? {} : { to }) })
    if (level && kind === 'return') level.hasReturned = true
    this.#entering = kind === 'jump' || kind === 'goto' ? kind : null
    this.#open = null
  }

  policy(_packet: Packet, table: Table, chain: Chain, policy: 'accept' | 'drop'): void {
    this.#close()
    this.#leaveUntil(null)
    this.#push({ table: table.name, chain: chain.name }, { what: 'policy', verdict: policy })
  }

  /** A rule that matched to its end and gave no verdict is told with `continue`. */
  #close(): void {
    const open = this.#open
    this.#open = null
    if (open?.matched) this.#push(this.#levels.at(-1), { what: 'rule', rule: open.rule.handle, verdict: 'continue' })
  }

  /** Chains that ran out of rules: all up to the named one; null: all. */
  #leaveUntil(chain: string | null): void {
    while (this.#levels.length > 0 && this.#levels.at(-1)?.chain !== chain) {
      const level = this.#levels.pop()
      if (level && !level.hasReturned) this.#push(level, { what: 'end', verdict: 'continue' })
    }
  }

  #push(
    place: { readonly table: string; readonly chain: string } | undefined,
    line: Omit<TraceLine, 'table' | 'chain'>,
  ): void {
    this.#lines.trace.push({ table: place?.table ?? '', chain: place?.chain ?? '', ...line })
  }
}
