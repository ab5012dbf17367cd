/** A ruleset as data: what both languages lower to and the compiler takes. Tables, chains, rules; sets and objects beside them. */

import type { HookNumber } from '../packet/index.ts'
import type { RuleObject } from './object.ts'
import type { SetDefinition } from './set.ts'
import type { Statement } from './statement.ts'

/** Where something was written. Lines and columns count from 1; `offset` and `length` are in UTF-16 units of the file's text. */
export interface Source {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly offset: number
  readonly length: number
}

export type Family = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev'

export interface Rule {
  /** Unique in the ruleset, from 1, in order of writing; what a packet carries as the rule that decided. */
  readonly id: number
  /** Number as the kernel would give it in its table (nft -a); 0 when the language has none. */
  readonly handle: number
  readonly statements: readonly Statement[]
  /** The rule as written, white space folded to single blanks. */
  readonly text: string
  readonly source: Source
  readonly comment: string | null
}

export interface Chain {
  readonly name: string
  readonly handle: number
  readonly rules: readonly Rule[]
  /** Null for a regular chain, which is met only by jump and goto. */
  readonly base: BaseChain | null
  readonly source: Source
}

export interface BaseChain {
  /** Unique among the base chains of the ruleset, from 1: a packet that a policy decided carries its negative. */
  readonly id: number
  readonly type: 'filter' | 'nat' | 'route'
  readonly hook: HookNumber
  readonly priority: number
  readonly policy: 'accept' | 'drop'
}

export interface Table {
  readonly family: Family
  readonly name: string
  readonly handle: number
  readonly isDormant: boolean
  readonly chains: readonly Chain[]
  readonly sets: readonly SetDefinition[]
  readonly objects: readonly RuleObject[]
  readonly source: Source
}

/** Tables in order of their making, chains likewise: of base chains of equal priority the kernel runs the one made last first. */
export interface Ruleset {
  readonly tables: readonly Table[]
}
