/** What a whole replay amounts to. */

import type { Problem } from '../capture/index.ts'
import type { StateName, VerdictName } from './judgment.ts'
import type { RulePlace } from './rule-index.ts'
import type { Comparison } from './vantage/at-host.ts'
import type { TrustCounts } from './vantage/checksum-trust.ts'

/** A rule and what it counted: packets for which all its matches succeeded. `text` has its counter's values filled in. */
export interface RuleCount extends RulePlace {
  readonly packets: number
  readonly bytes: number
}

export interface SkipCount {
  readonly reason: string
  /** The reason in words. */
  readonly text: string
  readonly count: number
}

/** One capture file or stream. */
export interface CaptureSummary {
  readonly name: string
  readonly format: 'pcap' | 'pcapng' | null
  readonly frames: number
  readonly cutFrames: number
  readonly problems: readonly Problem[]
}

export interface Summary {
  /** Judged packets: input and local sends of the host. */
  readonly packets: number
  readonly frames: number
  readonly states: Readonly<Record<StateName, number>>
  readonly verdicts: Readonly<Record<VerdictName, number>>
  readonly invalid: readonly { readonly code: string; readonly text: string; readonly count: number }[]
  /** Packets that ended neither by a rule nor by a policy, by what the host did. */
  readonly fates: readonly { readonly code: string; readonly text: string; readonly count: number }[]
  readonly rules: readonly RuleCount[]
  /** Alive at the end. */
  readonly entries: number
  readonly expectations: number
  readonly flows: number
  /** Flows whose opening was refused. */
  readonly refusedFlows: number
  readonly skipped: readonly SkipCount[]
  /** Frames that show what the box did with earlier ones. */
  readonly results: number
  /** Packets that the host made by itself: errors, resets, answers. */
  readonly made: number
  readonly comparison: Comparison | null
  /** What was assumed about the place of the capture, in sentences. */
  readonly assumptions: readonly string[]
  readonly trust: TrustCounts & { readonly addresses: readonly string[] }
  /** Seconds since 1970 of the first frame; null when no frame had a time. `backwards`: frames earlier than the one before. */
  readonly clock: { readonly start: number | null; readonly seconds: number; readonly backwards: number }
  readonly captures: readonly CaptureSummary[]
}
