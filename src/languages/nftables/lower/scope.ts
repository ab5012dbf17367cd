/** What a construct may ask while it is lowered: the rule's table, its protocols, and the drivers for what is nested in it. */

import type { SetDefinition, Source, Statement, Value } from '../../../model/rules/index.ts'
import type { Expression, StatementNode } from '../ast.ts'
import type { TableState } from '../build/table-state.ts'
import type { DataType } from '../symbols/datatype.ts'
import type { Protocols } from './protocols.ts'
import type { Typed } from './typed.ts'

export interface LowerOptions {
  /** Seconds that the clock of `meta hour`, `day` and `time` is ahead of UTC. */
  readonly clockOffsetSeconds: number
  /** Names of the helpers that run in user space and were added to the kernel. */
  readonly userSpaceHelpers: readonly string[]
}

/** A statement without what the driver adds: its text and place. */
export type Bare<T> = T extends unknown ? Omit<T, 'text' | 'source'> : never
export type BareStatement = Bare<Statement>

export interface Scope {
  readonly table: TableState
  readonly protocols: Protocols
  readonly options: LowerOptions
  /** Text of the file at a place, blanks folded. */
  textOf(span: Source): string
  /** Adds a statement that stands before the one being lowered: what it implies. */
  imply(statement: Statement): void
  /**
   * What `work` implies stands before all of the rule, as nft has it for `reject`, extension headers and IPv4 options: a
   * counter before `reject with tcp reset` counts TCP alone.
   */
  atStart(work: () => void): void
  /** An expression that may read the packet. `expected` gives constants their type; null: constants are refused. */
  value(expression: Expression, expected: DataType | null): Typed
  /** The key for a set of these types: parts that are constants are read by them (`ip saddr . 22`). */
  key(expression: Expression, types: readonly DataType[]): Typed
  /** A value of just this type, for statements that write it. */
  valueOfType(expression: Expression, expected: DataType): Value
  /** The set behind `@name` or `{ ... }`, checked against the key. */
  setFor(expression: Expression, key: Typed, data: MapData): SetDefinition
  statements(node: StatementNode): Statement[]
}

/** What a set in some place must map to. */
export type MapData =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly types: readonly DataType[]; readonly isInterval: boolean }
  | { readonly kind: 'verdict' }
  | {
      readonly kind: 'object'
      readonly object: 'counter' | 'quota' | 'limit' | 'ct helper' | 'ct timeout' | 'ct expectation'
    }
