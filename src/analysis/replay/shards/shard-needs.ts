/** Of some things all connections together have so much and no more: where that may have run out, what one got depended on the others. */

import type { ConntrackSettings } from '../../../model/conntrack/index.ts'
import { type CensusRows, mostEntries } from './entry-census.ts'
import { doSocketsDisagree, type SocketWatch } from './socket-watch.ts'

/** What one shard took. */
export interface ShardNeeds {
  readonly entries: CensusRows
  /** The most at once. */
  readonly expectations: number
  /** The most bytes at once, by family. */
  readonly fragmentMemory: { readonly 4: number; readonly 6: number }
  /** IPv4 fragments by source address. */
  readonly fragments: ReadonlyMap<number, number>
  /** Errors of which each source gets only so many. */
  readonly errors: number
  /** Null where the host has no sockets of its own. */
  readonly sockets: Pick<SocketWatch, 'learned' | 'denied'> | null
}

/** What there is. */
export interface SharedLimits {
  readonly settings: ConntrackSettings
  readonly fragmentMemory: { readonly 4: number; readonly 6: number }
  readonly fragmentDistance: number
}

/** What may have run out; null: there was enough of everything, whoever came first. */
export function findScarcity(needs: readonly ShardNeeds[], limits: SharedLimits): string | null {
  const sum = (of: (one: ShardNeeds) => number): number => needs.reduce((all, one) => all + of(one), 0)
  if (areEntriesScarce(needs, limits.settings.maximumEntries)) return 'the connections may be more than the table holds'
  if (sum(({ expectations }) => expectations) > limits.settings.maximumExpectations)
    return 'the expected connections may be more than the table holds'
  for (const family of [4, 6] as const)
    if (sum((one) => one.fragmentMemory[family]) > limits.fragmentMemory[family])
      return 'the waiting fragments may be more than there is memory for'
  if (limits.fragmentDistance > 0 && isDistanceReached(needs, limits.fragmentDistance))
    return 'one host sends many fragments to several others'
  if (sum(({ errors }) => errors) > 0) return 'the box may have sent one host all the errors that it sends at a time'
  const sockets = needs.flatMap((one) => one.sockets ?? [])
  return doSocketsDisagree(sockets)
    ? 'a port of the box is closed to one host until a packet to another shows it open'
    : null
}

function areEntriesScarce(needs: readonly ShardNeeds[], maximum: number): boolean {
  const confirmed = needs.flatMap(({ entries }) => entries).reduce((sum, row) => sum + row.confirmed, 0)
  return maximum > 0 && confirmed > maximum && mostEntries(needs.map(({ entries }) => entries)) > maximum
}

/** Whether a source whose fragments are in several shards sent more than may pass between two of a packet. */
function isDistanceReached(needs: readonly ShardNeeds[], distance: number): boolean {
  const sums = new Map<number, { count: number; shards: number }>()
  for (const one of needs) {
    for (const [source, count] of one.fragments) {
      const known = sums.get(source) ?? { count: 0, shards: 0 }
      sums.set(source, { count: known.count + count, shards: known.shards + 1 })
    }
  }
  return [...sums.values()].some(({ count, shards }) => shards > 1 && count > distance)
}
