/** Counters of a replay. */

import { reasons } from '../../model/conntrack/index.ts'
import { Drop, dropReasons } from '../../model/engine/index.ts'
import { malformedReasons } from '../../model/packet/index.ts'
import { type LinkLayer, skipReasons, skipText } from '../capture/index.ts'
import { type StateName, type VerdictName, verdictNames } from './judgment.ts'
import { stateBits } from './state-bits.ts'
import type { SkipCount } from './summary.ts'
import { type SkipCode, skipTexts } from './vantage/placement.ts'

interface Count {
  readonly code: string
  readonly text: string
  readonly count: number
}

/** What a {@link Tally} holds, to be sent from a worker and added to others. */
export interface TallyData {
  readonly packets: number
  readonly frames: number
  readonly results: number
  readonly made: number
  readonly refusedFlows: number
  readonly verdicts: Readonly<Record<VerdictName, number>>
  readonly states: Float64Array
  readonly reasons: Float64Array
  readonly malformed: Float64Array
  readonly otherwiseMalformed: number
  readonly fates: Float64Array
  /** By code; `first`: the frame that was the first one. */
  readonly skipped: ReadonlyMap<string, { readonly text: string; readonly count: number; readonly first: number }>
}

export class Tally {
  packets = 0
  frames = 0
  results = 0
  made = 0
  refusedFlows = 0
  readonly verdicts: Record<VerdictName, number> = { accept: 0, drop: 0, reject: 0, held: 0 }
  readonly #states: Float64Array = new Float64Array(128)
  readonly #reasons: Float64Array = new Float64Array(256)
  readonly #malformed: Float64Array = new Float64Array(32)
  #otherwiseMalformed = 0
  readonly #fates: Float64Array = new Float64Array(256)
  readonly #skipped: Map<string, { text: string; count: number; first: number }> = new Map()

  state(bit: number, reason: number): void {
    // A difference, not a sum: the compiler then does not try whole numbers first, which costs 3 ns.
    this.#states[bit]! -= -1
    if (bit === stateBits.invalid) this.#reasons[reason]! += 1
  }

  established(packets: number): void {
    this.#states[stateBits.established]! += packets
  }

  /** Also an INVALID one, as no hook ever gave it another state. `reason` 0: refused before the hooks, but not for its IP header. */
  malformed(reason: number): void {
    this.#states[stateBits.invalid]! += 1
    if (reason === 0) this.#otherwiseMalformed += 1
    else this.#malformed[reason]! += 1
  }

  fate(drop: number): void {
    this.#fates[drop]! += 1
  }

  skip(code: SkipCode): void {
    this.#count(code, skipTexts[code])
  }

  /** A frame without an IP packet. */
  skipFrame(link: LinkLayer): void {
    const text = skipText(link)
    this.#count(text, text === link.reason ? skipReasons[link.reason] : text)
  }

  #count(code: string, text: string): void {
    const known = this.#skipped.get(code)
    if (known) known.count += 1
    else this.#skipped.set(code, { text, count: 1, first: this.frames })
  }

  /** Not a copy. */
  get data(): TallyData {
    const { packets, frames, results, made, refusedFlows, verdicts } = this
    return {
      packets,
      frames,
      results,
      made,
      refusedFlows,
      verdicts,
      states: this.#states,
      reasons: this.#reasons,
      malformed: this.#malformed,
      otherwiseMalformed: this.#otherwiseMalformed,
      fates: this.#fates,
      skipped: this.#skipped,
    }
  }

  /** Adds what another shard counted. Frames are the same for all shards: those of one count. */
  add(other: TallyData): void {
    this.packets += other.packets
    this.frames = Math.max(this.frames, other.frames)
    this.results += other.results
    this.made += other.made
    this.refusedFlows += other.refusedFlows
    for (const name of verdictNames) this.verdicts[name] += other.verdicts[name]
    addAll(this.#states, other.states)
    addAll(this.#reasons, other.reasons)
    addAll(this.#malformed, other.malformed)
    addAll(this.#fates, other.fates)
    this.#otherwiseMalformed += other.otherwiseMalformed
    for (const [code, { text, count, first }] of other.skipped) {
      const known = this.#skipped.get(code) ?? { text, count: 0, first }
      this.#skipped.set(code, { text, count: known.count + count, first: Math.min(known.first, first) })
    }
  }

  get states(): Record<StateName, number> {
    const of = (name: StateName): number => this.#states[stateBits[name]]!
    return {
      new: of('new'),
      established: of('established'),
      related: of('related'),
      invalid: of('invalid'),
      untracked: of('untracked'),
    }
  }

  /** Most frequent first. */
  get skipped(): SkipCount[] {
    return [...this.#skipped]
      .map(([reason, each]) => ({ reason, ...each }))
      .sort((a, b) => b.count - a.count || a.first - b.first)
      .map(({ reason, text, count }) => ({ reason, text, count }))
  }

  get invalid(): Count[] {
    const other = { code: 'malformed', text: dropReasons[Drop.malformed]?.text ?? '', count: this.#otherwiseMalformed }
    const all = [...counted(this.#reasons, reasons), ...counted(this.#malformed, malformedReasons), other]
    return all.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count)
  }

  get fates(): Count[] {
    return counted(this.#fates, dropReasons)
  }
}

function addAll(sums: Float64Array, others: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += others[i]!
}

const counted = (counts: Float64Array, names: readonly { readonly code: string; readonly text: string }[]): Count[] =>
  names.map(({ code, text }, number) => ({ code, text, count: counts[number] ?? 0 })).filter(({ count }) => count > 0)
