/** What a replay concludes about one packet: its state, what became of it, which rule decided, and why it has that state. */

import type { PolicyPlace, RulePlace } from './rule-index.ts'

export const stateNames = ['invalid', 'established', 'related', 'new', 'untracked'] as const

/** As `ct state` writes them. */
export type StateName = (typeof stateNames)[number]

/** held: a fragment that waits for the rest, and has no state of its own. */
export const verdictNames = ['accept', 'drop', 'reject', 'held'] as const
export type VerdictName = (typeof verdictNames)[number]

/** Why a packet has its state. `packet` are numbers of earlier packets of the replay, 0 when none is known. */
export type Because =
  | { readonly kind: 'new' }
  | { readonly kind: 'established' }
  | {
      readonly kind: 'icmp-error'
      readonly icmp: string
      readonly about: { readonly entry: number; readonly packet: number }
    }
  | {
      readonly kind: 'expectation'
      readonly helper: string
      readonly master: number
      readonly packet: number
      /** The words of that packet's payload that announced the connection; empty when none did. */
      readonly announcement: string
    }
  | { readonly kind: 'invalid'; readonly code: string; readonly text: string }
  | { readonly kind: 'untracked' }
  | { readonly kind: 'fragment' }

/** One judged packet. */
export interface Judgment {
  /** Number in the replay, from 1. */
  readonly n: number
  readonly capture: string
  /** Number of the frame in its capture, from 1. */
  readonly frame: number
  /** Seconds of model time since the first frame of the replay. */
  readonly time: number
  /** Interface names; null where the host itself sent or received it, or the way out was not known when it was stopped. */
  readonly in: string | null
  readonly out: string | null
  /** The hook where it was decided; null when no hook saw it. */
  readonly hook: string | null
  readonly state: StateName | null
  readonly direction: 'original' | 'reply' | null
  /** Number of its conntrack entry; null when it has none, or one that was never confirmed. */
  readonly entry: number | null
  readonly verdict: VerdictName
  /** Null: no rule decided, but a policy or the host itself. */
  readonly rule: RulePlace | null
  readonly policy: PolicyPlace | null
  /** Why the host itself ended its way (code `ttl-exceeded`, `no-route`, ...); null where a rule or a policy did, or nobody. */
  readonly fate: { readonly code: string; readonly text: string } | null
  readonly because: Because
  /** The packet in words. */
  readonly packet: string
}
