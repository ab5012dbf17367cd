/** The walk of one packet as data: every hook, chain and rule met, what matched, what changed, what the box made of it. */

import type { Rule, Source } from '../../model/rules/index.ts'

export interface StatementStep {
  /** As written; `implied` ones were added by the language (`meta l4proto tcp` before `tcp dport`). */
  readonly text: string
  readonly isImplied: boolean
  readonly outcome: 'matched' | 'failed' | 'not-loadable'
  /** What the packet had, in words; null where nothing was compared. */
  readonly actual: string | null
}

export type Step =
  /** Conntrack looked at the packet. `reason` tells why an INVALID one is so. */
  | {
      readonly kind: 'conntrack'
      readonly hook: string
      readonly state: string
      readonly direction: 'original' | 'reply' | null
      readonly entry: number | null
      readonly why: string
    }
  | {
      readonly kind: 'chain'
      readonly hook: string
      readonly table: string
      readonly chain: string
      readonly priority: number | null
    }
  /** A chain that was jumped to is at its end, and the one that jumped goes on. */
  | { readonly kind: 'return'; readonly table: string; readonly chain: string }
  /** A rule that was tried, with its statements as far as they ran. */
  | {
      readonly kind: 'rule'
      readonly rule: Rule
      /** Family and name. */
      readonly table: string
      readonly chain: string
      readonly place: Source
      readonly statements: readonly StatementStep[]
      readonly verdict: string | null
      /** What the rule changed, in words. */
      readonly changes: readonly string[]
    }
  | { readonly kind: 'policy'; readonly table: string; readonly chain: string; readonly policy: 'accept' | 'drop' }
  /** Something conntrack or a helper did: an entry confirmed, an expectation made. */
  | { readonly kind: 'event'; readonly text: string }
  | { readonly kind: 'routing'; readonly text: string }
  /**
   * NAT rewrote the packet, or what an ICMP error quotes; both in words. `isDrawn`: a port or identifier of the connection was drawn
   * by lot, and a kernel would draw another.
   */
  | {
      readonly kind: 'translation'
      readonly hook: string
      readonly from: string
      readonly to: string
      readonly isDrawn: boolean
    }
  /** The box sends a packet of its own because of this one; its own steps follow until its conclusion. */
  | { readonly kind: 'made'; readonly packet: string }
  | { readonly kind: 'transmit'; readonly interface: string; readonly packet: string }
  | {
      readonly kind: 'conclusion'
      readonly isMade: boolean
      /** `forwarded`, `delivered`, `sent`, `dropped`, `held`, `malformed`. */
      readonly fate: string
      readonly hook: string | null
      readonly text: string
    }

export interface Walk {
  /** From 1. */
  readonly number: number
  /** Milliseconds since the first packet. */
  readonly at: number
  /** Interface names; null: the host itself sent it, it stayed here, or the way out was not known when it was stopped. */
  readonly in: string | null
  readonly out: string | null
  /** In words; an ICMP error with what it is about. */
  readonly packet: string
  readonly steps: readonly Step[]
}
