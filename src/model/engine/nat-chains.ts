/** Where NAT stands on the hooks, and the chains of type nat that it asks about the first packet of a connection. */

import type { CompiledBaseChain } from '../machine/index.ts'
import type { Nat } from '../nat/index.ts'
import { NatRefusal, Translated, type TranslatedNumber } from '../nat/index.ts'
import type { HookFunction, HookNumber } from '../packet/index.ts'
import { Hook, HookPriority, HookVerdict } from '../packet/index.ts'
import type { HookEntry } from './hook-lists.ts'
import { isSettled, Place } from './hook-lists.ts'
import type { Rerouter } from './route-chain.ts'

const hooks: readonly {
  readonly hook: HookNumber
  readonly priority: number
  readonly half: TranslatedNumber
}[] = [
  { hook: Hook.prerouting, priority: HookPriority.destinationNat, half: Translated.destination },
  { hook: Hook.output, priority: HookPriority.destinationNat, half: Translated.destination },
  { hook: Hook.input, priority: HookPriority.sourceNat, half: Translated.source },
  { hook: Hook.postrouting, priority: HookPriority.sourceNat, half: Translated.source },
]

export const familiesOf = (chain: CompiledBaseChain): readonly (4 | 6)[] =>
  chain.families === 'both' ? [4, 6] : [chain.families]

/** With the id of the base chain that it came with. */
export interface AgedEntry {
  readonly entry: HookEntry
  readonly since: number
}

/**
 * On all four hooks of a family as soon as one chain of it is of type nat, at the kernel's own priorities. `since` is the id of
 * that first chain: of what has the same priority, what was made later comes first.
 */
export function natEntries(chains: readonly CompiledBaseChain[], nat: Nat, rerouter: Rerouter): AgedEntry[] {
  const families = ([4, 6] as const).filter((family) => chains.some((chain) => familiesOf(chain).includes(family)))
  const firstOf = (family: 4 | 6): number =>
    Math.min(...chains.filter((chain) => familiesOf(chain).includes(family)).map(({ base }) => base.id))
  return families.flatMap((family) =>
    hooks.map(({ hook, priority, half }) => {
      const own = chains
        .filter((chain) => chain.base.hook === hook && familiesOf(chain).includes(family))
        .sort((a, b) => a.base.priority - b.base.priority)
        .map((chain) => chain.run)
      const run: HookFunction = (packet) => nat.pass(packet, own, half)
      const entry: HookEntry = {
        hook,
        priority,
        families: [family],
        place: Place.nat,
        run: hook === Hook.output ? routedAnew(run, nat, rerouter) : run,
        note: isSettled,
      }
      return { entry, since: firstOf(family) }
    }),
  )
}

/** What this host sends is routed before it is translated: to another destination it needs another route. */
function routedAnew(run: HookFunction, nat: Nat, rerouter: Rerouter): HookFunction {
  return (packet) => {
    const verdict = run(packet)
    if (verdict !== HookVerdict.accept || !nat.hasOtherDestination(packet)) return verdict
    const isRouted = rerouter.reroute(packet)
    if (isRouted !== HookVerdict.accept) nat.refusal = NatRefusal.route
    return isRouted
  }
}
