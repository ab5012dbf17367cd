/** What an expression sees of the machine while it is compiled: registers, other expressions, sets, objects and chains. */

import type { Packet } from '../packet/index.ts'
import type { RuleObject, SetDefinition, Statement, Value, Verdict } from '../rules/index.ts'
import type { Operation, ValueCode } from './code/operation.ts'
import type { SetStore } from './sets/set-store.ts'
import type { Surroundings } from './surroundings.ts'

/** Writes a value's words into registers; false: the packet does not have it, and the rule does not match. */
export type Load = (packet: Packet) => boolean

/** One compiled statement: answers a {@link Result}. */
export type Step = (packet: Packet) => number

/** A statement or object that keeps state between packets. */
export interface Stateful {
  readonly step: Step
  /** The same as code, where there is any. */
  readonly code?: Operation
  /** The state now, as `nft list ruleset` words it: `counter packets 3 bytes 180`. */
  readonly describe: () => string
  /** Packets and bytes so far, of what counts them. */
  readonly count?: () => { readonly packets: number; readonly bytes: number }
}

export interface Machine {
  readonly registers: Int32Array
  readonly surroundings: Surroundings
  /** The code of a value, which may use registers from `at` on, and scribble on those behind its own words. */
  code(value: Value, at: number): ValueCode
  /** {@link code} as a function that fills registers from `at`, for those who run a value by themselves. */
  load(value: Value, at: number): Load
  /** A fresh instance of a stateful statement (counter, limit, quota, ct count, last): for rules and for set elements. */
  instantiate(statement: Statement): Stateful
  store(definition: SetDefinition): SetStore
  object(object: RuleObject): Stateful
  /** The {@link Result} of a verdict in the table that is being compiled. */
  verdictResult(verdict: Verdict): number
  /** Remembers state for the read-out of `listing.ts`. */
  keep(statement: Statement, ruleId: number, state: Stateful): void
  /** Whether a rule has set `meta nftrace` on the packet that is on its way. */
  isTraced(packet: Packet): boolean
  setTraced(packet: Packet, isTraced: boolean): void
  /** Words of an interface's name (16 bytes, zero padded); four from the answer on, valid until the next call. */
  nameWords(interfaceIndex: number): Int32Array
}

/** The faces of one kind of value. */
export interface ValueExpression<V extends Value> {
  /** How it is computed; registers from `at` on are its own. */
  readonly code: (value: V, at: number, machine: Machine) => ValueCode
  /** What the value is called, as nft writes it. */
  readonly describe: (value: V, describe: (value: Value) => string) => string
}

/** The faces of one kind of statement. */
export interface StatementExpression<S extends { readonly kind: Statement['kind'] }> {
  readonly code: (statement: S, machine: Machine, ruleId: number) => readonly Operation[]
}
