/**
 * A ruleset as `nft -j list ruleset` of nft 1.0.6 prints it, without the leading `metainfo`.
 *
 * As nft does, it is raised from what the machine runs and not from the text: what was implied is hidden again, names stand for
 * numbers, and two bounds are a range.
 */

import type { Ruleset, RulesetState, Table } from '../../model/rules/index.ts'
import { chainJson } from './chain.ts'
import type { Json } from './json.ts'
import { objectJson } from './object.ts'
import { ruleJson } from './rule.ts'
import { isMeter, setDeclarationJson } from './set.ts'
import { RunState } from './state.ts'

export type { Json } from './json.ts'

/** Tables in order; in each the objects, sets, chains, and at last the rules of all chains. `listing` null: as loaded. */
export function rulesetJson(ruleset: Ruleset, listing: RulesetState | null): Json[] {
  const state = new RunState(listing)
  return ruleset.tables.flatMap((table) => tableJson(table, state))
}

function tableJson(table: Table, state: RunState): Json[] {
  const { family, handle, isDormant, name } = table
  return [
    { table: { family, name, handle, ...(isDormant ? { flags: 'dormant' } : {}) } },
    ...table.objects.map((object) => objectJson(object, table, state)),
    ...table.sets
      .filter((set) => !set.isAnonymous && !isMeter(set, table))
      .map((set) => setDeclarationJson(set, table, state)),
    ...table.chains.map((chain) => chainJson(chain, table)),
    ...table.chains.flatMap((chain) => chain.rules.map((rule) => ruleJson(rule, chain, table, state))),
  ]
}
