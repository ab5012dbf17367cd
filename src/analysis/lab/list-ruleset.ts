/** The state of a ruleset at the end of a run, as nft lists it in JSON: what was counted, and what rules changed. */

import type { CompiledRuleset, Ruleset } from '../../model/rules/index.ts'
import type { Json } from './format.ts'

/** Named counters of all tables. */
export function listRuleset(ruleset: Ruleset, compiled: CompiledRuleset): Json[] {
  const states = new Map(compiled.listing.objects().map((state) => [state.object, state]))
  return ruleset.tables.flatMap((table) => {
    const { family, name, handle } = table
    const counters = table.objects.flatMap((object) => {
      if (object.kind !== 'counter') return []
      const { packets, bytes } = states.get(object)?.count ?? object
      return [{ counter: { family, name: object.name, table: name, handle: object.handle, packets, bytes } }]
    })
    return [{ table: { family, name, handle } }, ...counters]
  })
}
