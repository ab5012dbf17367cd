/** A table while the commands of a file are done one after the other: what they make, change and delete. */

import type {
  BaseChain,
  PackedElements,
  Rule,
  RuleObject,
  SetDefinition,
  SetElement,
  Source,
} from '../../../model/rules/index.ts'
import type { DataType } from '../symbols/datatype.ts'

export interface ChainState {
  name: string
  readonly handle: number
  readonly source: Source
  base: (Omit<BaseChain, 'id' | 'policy'> & { policy: BaseChain['policy'] }) | null
  rules: RuleState[]
}

/** A rule without its number, which it gets when all commands are done; `order` is that of writing. */
export type RuleState = Omit<Rule, 'id'> & { readonly order: number }

/**
 * A set whose elements later commands may change: rules hold the same object. `keyTypes` and `dataTypes` are what its elements
 * are read by.
 */
export interface SetState extends Omit<SetDefinition, 'elements'> {
  elements: SetElement[] | PackedElements
  readonly keyTypes: readonly DataType[]
  /** Empty where it maps to no values. */
  readonly dataTypes: readonly DataType[]
  readonly isAutoMerge: boolean
}

export interface TableState {
  readonly family: 'ip' | 'ip6' | 'inet'
  readonly name: string
  readonly handle: number
  readonly source: Source
  isDormant: boolean
  readonly chains: Map<string, ChainState>
  readonly sets: Map<string, SetState>
  /** By kind and name: `counter web`. */
  readonly objects: Map<string, RuleObject>
  /** Handles given so far, see {@link nextHandle}. */
  lastHandle: number
  /** How many sets without a name there are, by what the kernel calls them (`__set`, `__map`, `__objmap`). */
  readonly anonymousSets: Map<string, number>
  /** Names whose declaration was refused: what refers to them is not told to be missing. */
  readonly refused: Set<string>
}

/** The next handle of a table. The kernel counts everything that is made in a table: chains, sets, objects and rules. */
export function nextHandle(table: TableState): number {
  table.lastHandle++
  return table.lastHandle
}
