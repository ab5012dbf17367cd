/** What the rule machine needs from the rest of the host while packets pass. */

import type { Conntrack } from '../conntrack/index.ts'
import type { Host } from '../host/index.ts'
import type { RuleNat } from '../nat/index.ts'
import type { Packet } from '../packet/index.ts'
import type { RejectStatement } from '../rules/index.ts'

/** Only what rules call, so that tests can stand in for it. */
export type RulesConntrack = Pick<
  Conntrack,
  | 'untrack'
  | 'status'
  | 'mark'
  | 'setMark'
  | 'id'
  | 'family'
  | 'protocol'
  | 'addressWords'
  | 'port'
  | 'zone'
  | 'packets'
  | 'bytes'
  | 'remaining'
  | 'masterHelperName'
  | 'label'
  | 'addLabel'
  | 'setEventMask'
  | 'assignHelper'
  | 'assignTimeout'
  | 'expect'
  | 'isAccounting'
>

export interface Surroundings {
  readonly host: Host
  readonly conntrack: RulesConntrack
  /** 0 (inclusive) to 1 (exclusive). */
  random(): number
  /** Model time in milliseconds. */
  now(): number
  /** Milliseconds since 1970-01-01 UTC, for `meta time`, `day` and `hour`. */
  wallClock(): number
  /** Sends the error or reset of a reject statement about `packet`; the machine then drops the packet. */
  reject(packet: Packet, type: RejectStatement['type'], code: number): void
  /** Translates the connection of the first packet, for nat statements. */
  readonly nat: RuleNat
}
