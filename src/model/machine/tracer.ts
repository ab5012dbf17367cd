/** Who wants to know how a packet went through the rules; the compiler wraps the same steps for it (see rule.ts). */

import type { Packet } from '../packet/index.ts'
import type { Chain, Rule, Statement, Table } from '../rules/index.ts'

/** `not-loadable`: the packet does not have what the statement asks for; the rule does not match, whatever the operator. */
export type Outcome = 'matched' | 'failed' | 'not-loadable'

/** Text of what was found when the statement ran, whatever has become of the packet since. */
export type DescribeFound = () => string

export interface Tracer {
  enterChain(packet: Packet, table: Table, chain: Chain): void
  enterRule(packet: Packet, rule: Rule): void
  /** `actual`: what the packet had, in words for people; null where the statement compares nothing. */
  statement(packet: Packet, rule: Rule, statement: Statement, outcome: Outcome, actual: DescribeFound | null): void
  /** The rule ends with a verdict: `accept`, `drop`, `jump name`, `return`, ... */
  verdict(packet: Packet, rule: Rule, verdict: string): void
  policy(packet: Packet, table: Table, chain: Chain, policy: 'accept' | 'drop'): void
}
