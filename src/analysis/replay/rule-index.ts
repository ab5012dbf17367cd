/** Rules and base chains by the numbers that packets carry, as people know them: file, line, table, chain, text. */

import { hookNames } from '../../model/packet/index.ts'
import type { Rule, Ruleset } from '../../model/rules/index.ts'

/** A rule for people. */
export interface RulePlace {
  readonly id: number
  readonly file: string
  readonly line: number
  /** Family and name, as in `inet filter`. */
  readonly table: string
  readonly chain: string
  readonly text: string
  readonly isReject: boolean
}

/** A base chain whose policy decided. */
export interface PolicyPlace {
  readonly table: string
  readonly chain: string
  readonly hook: string
  readonly policy: 'accept' | 'drop'
}

export class RuleIndex {
  /** In order of the ruleset. */
  readonly rules: readonly RulePlace[]
  readonly #byId: ReadonlyMap<number, RulePlace>
  readonly #policies: ReadonlyMap<number, PolicyPlace>

  constructor(ruleset: Ruleset) {
    const rules: RulePlace[] = []
    const policies = new Map<number, PolicyPlace>()
    for (const table of ruleset.tables) {
      const tableName = `${table.family} ${table.name}`
      for (const chain of table.chains) {
        const place = { table: tableName, chain: chain.name }
        if (chain.base)
          policies.set(chain.base.id, { ...place, hook: hookNames[chain.base.hook], policy: chain.base.policy })
        for (const rule of chain.rules) rules.push({ ...place, ...placeOf(rule) })
      }
    }
    this.rules = rules
    this.#byId = new Map(rules.map((rule) => [rule.id, rule]))
    this.#policies = policies
  }

  /** The rule with this id; null for 0 and for policies. */
  rule(id: number): RulePlace | null {
    return this.#byId.get(id) ?? null
  }

  /** The base chain whose negative id this is. */
  policy(id: number): PolicyPlace | null {
    return id < 0 ? (this.#policies.get(-id) ?? null) : null
  }
}

function placeOf(rule: Rule): Omit<RulePlace, 'table' | 'chain'> {
  const isReject = rule.statements.some((statement) => statement.kind === 'reject')
  return { id: rule.id, file: rule.source.file, line: rule.source.line, text: rule.text, isReject }
}

/** The rule's text with the values of its counters filled in, one text for each, as `nft list ruleset` shows them. */
export function withCounters(text: string, counters: readonly string[]): string {
  let next = 0
  return text.replace(/"[^"]*"|\bcounter\b(?! name\b)( packets \d+ bytes \d+)?/g, (found) =>
    found.startsWith('"') ? found : (counters[next++] ?? found),
  )
}
