/** The functions on each hook, in the order in which a packet meets them: conntrack's own, the ruleset's base chains, probes. */

import type { HookFunction, HookNumber, Packet } from '../packet/index.ts'
import { Hook, HookPriority } from '../packet/index.ts'

/** Whose function it is. */
export const Place = { defragment: 0, conntrack: 1, chain: 2, nat: 3, confirm: 4, probe: 5 } as const
export type PlaceNumber = (typeof Place)[keyof typeof Place]

export interface HookEntry {
  readonly hook: HookNumber
  readonly priority: number
  readonly families: readonly (4 | 6)[]
  readonly place: PlaceNumber
  /** Null: conntrack's own, which the walk calls by name. */
  readonly run: HookFunction | null
  /**
   * True: `run` lets the packet pass, as it does all packets of the connection's direction; a chain's need not run any more, as what it would
   * count is noted (courses.ts). Null: nobody knows that.
   */
  readonly note: ((packet: Packet) => boolean) | null
}

/** For whoever counts nothing by rules, and has settled what becomes of a connection with its first packet. */
export const isSettled = (): boolean => true

/** What a packet of one family meets on each hook, by the hook's number. */
export type HookLists = readonly (readonly HookEntry[])[]

/** Sorts by priority; equal ones stay in the order given. */
export function buildHookLists(entries: readonly HookEntry[], family: 4 | 6): HookLists {
  const hooks: readonly HookNumber[] = [Hook.prerouting, Hook.input, Hook.forward, Hook.output, Hook.postrouting]
  return hooks.map((hook) => {
    const own = entries.filter((entry) => entry.hook === hook && entry.families.includes(family))
    return own.sort((a, b) => a.priority - b.priority)
  })
}

/** Where conntrack stands: reassembly and tracking where packets enter, confirmation where they leave netfilter. */
export function trackingEntries(families: readonly (4 | 6)[]): HookEntry[] {
  const entry = (hook: HookNumber, priority: number, place: PlaceNumber): HookEntry => ({
    hook,
    priority,
    families,
    place,
    run: null,
    note: isSettled,
  })
  return [
    entry(Hook.prerouting, HookPriority.defragment, Place.defragment),
    entry(Hook.output, HookPriority.defragment, Place.defragment),
    entry(Hook.prerouting, HookPriority.conntrack, Place.conntrack),
    entry(Hook.output, HookPriority.conntrack, Place.conntrack),
    entry(Hook.input, HookPriority.confirm, Place.confirm),
    entry(Hook.postrouting, HookPriority.confirm, Place.confirm),
  ]
}
