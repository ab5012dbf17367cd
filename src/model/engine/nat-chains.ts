/** Chains of type nat: met by the first packet of an entry only (Linux nf_nat_inet_fn). No rule translates yet: every binding is null. */

import type { Conntrack } from '../conntrack/index.ts'
import { State, Status } from '../conntrack/index.ts'
import type { HookNumber, HookVerdictNumber, Packet } from '../packet/index.ts'
import { Hook, HookPriority, HookVerdict, Protocol } from '../packet/index.ts'
import type { CompiledBaseChain } from '../rules/index.ts'
import type { HookEntry } from './hook-lists.ts'
import { Place } from './hook-lists.ts'

const hooks: readonly { readonly hook: HookNumber; readonly priority: number; readonly done: number }[] = [
  { hook: Hook.prerouting, priority: HookPriority.destinationNat, done: Status.destinationNatDone },
  { hook: Hook.output, priority: HookPriority.destinationNat, done: Status.destinationNatDone },
  { hook: Hook.input, priority: HookPriority.sourceNat, done: Status.sourceNatDone },
  { hook: Hook.postrouting, priority: HookPriority.sourceNat, done: Status.sourceNatDone },
]

export const familiesOf = (chain: CompiledBaseChain): readonly (4 | 6)[] =>
  chain.families === 'both' ? [4, 6] : [chain.families]

/** The dispatchers: on all four hooks of a family as soon as one chain of it is of type nat, at the kernel's own priorities. */
export function natEntries(chains: readonly CompiledBaseChain[], conntrack: Conntrack): HookEntry[] {
  const families = ([4, 6] as const).filter((family) => chains.some((chain) => familiesOf(chain).includes(family)))
  return families.flatMap((family) =>
    hooks.map(({ hook, priority, done }) => {
      const own = chains
        .filter((chain) => chain.base.hook === hook && familiesOf(chain).includes(family))
        .sort((a, b) => a.base.priority - b.base.priority)
      return {
        hook,
        priority,
        families: [family],
        place: Place.nat,
        run: (packet: Packet) => bind(packet, own, done, conntrack),
      }
    }),
  )
}

function bind(
  packet: Packet,
  chains: readonly CompiledBaseChain[],
  done: number,
  conntrack: Conntrack,
): HookVerdictNumber {
  const { entry } = packet
  if (entry === 0 || (packet.state !== State.new && packet.state !== State.related)) return HookVerdict.accept
  if (packet.state === State.related && (packet.protocol === Protocol.icmp || packet.protocol === Protocol.icmpv6))
    return HookVerdict.accept
  if ((conntrack.status(entry) & done) !== 0) return HookVerdict.accept
  for (const chain of chains) {
    const verdict = chain.run(packet)
    if (verdict !== HookVerdict.accept) return verdict
  }
  if ((conntrack.status(entry) & Status.confirmed) === 0) conntrack.addStatus(entry, done)
  return HookVerdict.accept
}
