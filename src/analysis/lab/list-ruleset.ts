/** The state of a ruleset at the end of a run, as nft lists it in JSON: what was counted, and what rules changed. */

import { rulesetJson } from '../../languages/nftables-json/index.ts'
import type { CompiledRuleset } from '../../model/machine/index.ts'
import type { Ruleset } from '../../model/rules/index.ts'
import type { Json } from './format.ts'

/** Without the leading `metainfo`. */
export function listRuleset(ruleset: Ruleset, compiled: CompiledRuleset): Json[] {
  return rulesetJson(ruleset, compiled.listing)
}
