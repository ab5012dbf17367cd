/** A rule as nft's JSON: what the machine does, raised to what nft would print of it. */

import type { Chain, Rule, Statement, Table } from '../../model/rules/index.ts'
import type { Json } from './json.ts'
import { compareMatches, lookupMatch, type Match, rangeMatch, rangeOf } from './match.ts'
import { mergeMatches } from './merge.ts'
import { ProtocolContext } from './protocol-context.ts'
import type { RunState } from './state.ts'
import { type Action, actionJson, meterJson } from './statement.ts'

export function ruleJson(rule: Rule, chain: Chain, table: Table, state: RunState): Json {
  const { family, name } = table
  const { comment, handle } = rule
  const expr = new RulePrinter(new ProtocolContext(family), state).print(mergeMatches(rule.statements, family))
  return { rule: { family, table: name, chain: chain.name, handle, ...(comment === null ? {} : { comment }), expr } }
}

/** One line of the rule; hidden when a later match implies it. */
interface Printed {
  readonly json: Json
  isHidden: boolean
}

class RulePrinter {
  readonly #context: ProtocolContext
  readonly #state: RunState
  readonly #printed: Printed[] = []
  /** The match just before, where nothing else stands between. */
  #previous: { readonly match: Match; readonly printed: Printed } | null = null

  constructor(context: ProtocolContext, state: RunState) {
    this.#context = context
    this.#state = state
  }

  print(statements: readonly Statement[]): Json[] {
    for (const statement of statements) this.#statement(statement)
    return this.#printed.filter(({ isHidden }) => !isHidden).map(({ json }) => json)
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'compare':
        for (const match of compareMatches(statement, this.#context)) this.#match(match)
        break
      case 'range':
        this.#match(rangeMatch(statement, this.#context))
        break
      case 'lookup':
        this.#match(lookupMatch(statement, this.#context))
        break
      default:
        this.#action(statement)
    }
  }

  #match(match: Match): void {
    const previous = this.#previous
    const operator = previous && joinedOperator(previous.match, match)
    if (previous && operator) {
      previous.printed.isHidden = true
      this.#append({ ...match, operator, right: rangeOf(previous.match, match) })
    } else this.#append(match)
  }

  #append(match: Match): void {
    const { operator: op, left, right } = match
    const printed: Printed = { json: { match: { op, left, right } }, isHidden: false }
    this.#printed.push(printed)
    this.#previous = { match, printed }
    match.note?.(() => {
      printed.isHidden = true
    })
  }

  #action(statement: Action & Statement): void {
    const isMeter = statement.kind === 'update set' && isMadeBy(statement)
    const json = isMeter
      ? meterJson(statement, this.#context)
      : actionJson(statement, this.#context, {
          count: this.#state.countOf(statement) ?? (statement.kind === 'counter' ? statement : null),
          used: this.#state.usedOf(statement),
        })
    this.#printed.push({ json, isHidden: false })
    this.#previous = null
    // Verdict maps are expressions to nft, as matches are.
    if (statement.kind !== 'verdict-map' && statement.kind !== 'verdict') this.#context.forgetDependencies()
  }
}

/** A meter's set is the one that its own statement has made. */
export const isMadeBy = (statement: Statement & { readonly kind: 'update set' }): boolean =>
  statement.set.source.file === statement.source.file && statement.set.source.offset === statement.source.offset

/**
 * A lower and an upper bound in a row are one range to nft 1.0.6, though they may be bounds of different fields: it then prints
 * the second field.
 */
function joinedOperator(before: Match, now: Match): '==' | '!=' | null {
  if (before.leftKind !== now.leftKind) return null
  if (before.operator === '>=' && now.operator === '<=') return '=='
  return before.operator === '<' && now.operator === '>' ? '!=' : null
}
