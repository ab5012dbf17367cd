/** What a rule does, in order: a match that fails ends the rule; a verdict ends it too. Each kind has its code in `machine/expressions/`. */

import type { LimitParameters, RuleObject } from './object.ts'
import type { Source } from './ruleset.ts'
import type { SetDefinition } from './set.ts'
import type { Value } from './value.ts'
import type { Verdict } from './verdict.ts'

export type Direction = 'original' | 'reply'

export type Statement = (
  | CompareStatement
  | RangeStatement
  | LookupStatement
  | VerdictStatement
  | VerdictMapStatement
  | CounterStatement
  | LimitStatement
  | QuotaStatement
  | ConnectionLimitStatement
  | LastStatement
  | LogStatement
  | RejectStatement
  | NotrackStatement
  | NatStatement
  | SetMetaStatement
  | SetConntrackStatement
  | SetPayloadStatement
  | SetTcpOptionStatement
  | ResetTcpOptionStatement
  | UpdateSetStatement
  | ObjectStatement
  | ObjectMapStatement
) &
  Written

/** The statement as it was written, for traces and messages. */
interface Written {
  readonly text: string
  readonly source: Source
}

/** Compares a value with constant words. `interfaceName`: the words are the index of that interface, known when compiling. */
export interface CompareStatement {
  readonly kind: 'compare'
  readonly operator: '==' | '!=' | '<' | '>' | '<=' | '>='
  readonly left: Value
  readonly right: readonly number[]
  readonly interfaceName: string | null
  /** Compare only the first so many bits (`iifname "eth*"`, prefixes of strings); null: all. */
  readonly prefixBits: number | null
}

export interface RangeStatement {
  readonly kind: 'range'
  readonly isNegated: boolean
  readonly left: Value
  readonly from: readonly number[]
  readonly to: readonly number[]
}

export interface LookupStatement {
  readonly kind: 'lookup'
  readonly isNegated: boolean
  readonly key: Value
  readonly set: SetDefinition
}

export interface VerdictStatement {
  readonly kind: 'verdict'
  readonly verdict: Verdict
}

/** No element for the key: the rule does not match. */
export interface VerdictMapStatement {
  readonly kind: 'verdict-map'
  readonly key: Value
  readonly map: SetDefinition
}

export interface CounterStatement {
  readonly kind: 'counter'
  readonly packets: number
  readonly bytes: number
}

export interface LimitStatement {
  readonly kind: 'limit'
  readonly limit: LimitParameters
}

export interface QuotaStatement {
  readonly kind: 'quota'
  readonly bytes: number
  readonly used: number
  readonly isOver: boolean
}

/** `ct count [over] N`: entries alive that this expression (or set element) has seen. */
export interface ConnectionLimitStatement {
  readonly kind: 'ct count'
  readonly count: number
  readonly isOver: boolean
}

export interface LastStatement {
  readonly kind: 'last'
}

/** Changes nothing on a packet's way. `flags`: what a line of the log tells besides, in the kernel's order. */
export interface LogStatement {
  readonly kind: 'log'
  readonly prefix: string | null
  readonly group: number | null
  readonly level: string | null
  readonly flags: readonly LogFlag[]
  /** Bytes of the packet that the group's program gets; null: all. */
  readonly snapLength: number | null
  /** Messages that wait for each other; null: the group's own number. */
  readonly queueThreshold: number | null
}

export type LogFlag = 'tcp sequence' | 'tcp options' | 'ip options' | 'skuid' | 'ether'

/** `type` 'icmp' takes an ICMP code in IPv4, 'icmpv6' in IPv6, 'icmpx' an abstract one (0 no-route, 1 port-, 2 host-unreachable, 3 admin-prohibited). */
export interface RejectStatement {
  readonly kind: 'reject'
  readonly type: 'tcp reset' | 'icmp' | 'icmpv6' | 'icmpx'
  readonly code: number
}

export interface NotrackStatement {
  readonly kind: 'notrack'
}

/**
 * Translates the connection's addresses or ports and ends the walk (`dnat to 192.0.2.1:80`, `masquerade`). `values` are loaded side
 * by side; the bounds say where in their words each end of the range begins. An upper bound of null is the lower one itself.
 */
export interface NatStatement {
  readonly kind: 'nat'
  readonly type: 'snat' | 'dnat' | 'masquerade' | 'redirect'
  /** Of whose connections; packets of the other family go on to the next rule. Null: both. */
  readonly family: 4 | 6 | null
  readonly values: readonly Value[]
  readonly minimumAddress: number | null
  readonly maximumAddress: number | null
  readonly minimumPort: number | null
  readonly maximumPort: number | null
  readonly isRandom: boolean
  readonly isFullyRandom: boolean
  readonly isPersistent: boolean
  /** `snat prefix to`: the network part is exchanged, the host part kept. */
  readonly isNetmap: boolean
}

export interface SetMetaStatement {
  readonly kind: 'set meta'
  readonly key: 'mark' | 'priority' | 'nftrace' | 'pkttype' | 'secmark'
  readonly value: Value
}

export interface SetConntrackStatement {
  readonly kind: 'set ct'
  readonly key: 'mark' | 'label' | 'zone' | 'secmark' | 'eventmask'
  readonly direction: Direction | null
  readonly value: Value
}

/** Writes bits of the packet and mends the checksums that cover them. */
export interface SetPayloadStatement {
  readonly kind: 'set payload'
  readonly base: 'link' | 'network' | 'transport' | 'inner'
  readonly offset: number
  readonly width: number
  readonly value: Value
  readonly name: string
}

export interface SetTcpOptionStatement {
  readonly kind: 'set tcp-option'
  readonly option: number
  readonly offset: number
  readonly width: number
  readonly value: Value
}

/** Overwrites a TCP option with no-operation bytes. */
export interface ResetTcpOptionStatement {
  readonly kind: 'reset tcp-option'
  readonly option: number
}

/** `add @set { key [timeout] [statements] [: data] }`. The rule goes on only if the element is in the set afterwards. */
export interface UpdateSetStatement {
  readonly kind: 'update set'
  readonly operation: 'add' | 'update' | 'delete'
  readonly set: SetDefinition
  readonly key: Value
  readonly data: Value | null
  /** Milliseconds; null: the set's default. */
  readonly timeout: number | null
  readonly statements: readonly Statement[]
}

/** Refers to an object by name: counter, quota, limit, ct helper, ct timeout, ct expectation. */
export interface ObjectStatement {
  readonly kind: 'object'
  readonly object: RuleObject
}

/** `ct helper set tcp dport map { 21 : "ftp" }`, `counter name ip saddr map @m`. */
export interface ObjectMapStatement {
  readonly kind: 'object-map'
  readonly objectKind: RuleObject['kind']
  readonly key: Value
  readonly map: SetDefinition
}
