/** What a random rule may refer to: the table and chain in which it stands, and the packets that it is about. */

import type { Random } from '../random.ts'
import type { AssignedHelper } from './helpers.ts'

export type TableFamily = 'inet' | 'ip' | 'ip6'
export type HookName = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'
export type ChainType = 'filter' | 'nat' | 'route'
export type Transport = 'tcp' | 'udp' | 'sctp' | 'icmp' | 'icmpv6'

/** A table's objects and its chains without a hook. */
export interface TableContents {
  readonly family: TableFamily
  /** Family and name, as commands write it. */
  readonly table: string
  readonly helpers: readonly AssignedHelper[]
  /** Protocols that have an expectation object `e_PROTOCOL`. */
  readonly expectations: readonly ('tcp' | 'udp')[]
  readonly hasTimeout: boolean
  readonly regularChains: readonly string[]
}

export interface ChainPlace {
  readonly name: string
  readonly hook: HookName
  readonly priority: number
  readonly type: ChainType
}

export interface RuleContext {
  readonly random: Random
  readonly contents: TableContents
  readonly chain: ChainPlace
  /** The family that the rule is about, whatever the table's; null: any. */
  readonly layer3: 4 | 6 | null
  readonly layer4: Transport | null
  /** How often verdicts drop, 0 to 1. */
  readonly drops: number
}

/** Picks what a rule is about. */
export function pickSubject(
  random: Random,
  family: TableFamily,
): { readonly layer3: 4 | 6 | null; readonly layer4: Transport | null } {
  const layer3 = family === 'ip' ? 4 : family === 'ip6' ? 6 : random.pick<4 | 6 | null>([4, 4, 6, 6, null])
  const icmp = layer3 === 6 ? 'icmpv6' : layer3 === 4 ? 'icmp' : null
  const layer4 = random.pick<Transport | null>(['tcp', 'tcp', 'udp', 'udp', null, null, 'sctp', icmp])
  return { layer3, layer4 }
}
