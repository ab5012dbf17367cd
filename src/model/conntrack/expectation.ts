/** Expectations: connections that a helper (or a `ct expectation` object) foresees; nf_conntrack_expect. */

import { isVersion6 } from './entry.ts'
import type { Tuple } from './tuple.ts'

/**
 * The first packet whose tuple has this destination, and this source under the mask, opens a connection RELATED to the master.
 * Only the source has a mask. Addresses are four words each; IPv4 uses the first.
 */
export interface Expectation {
  /** Kind of tuple (entry.ts): protocol and family. */
  readonly kind: number
  readonly source: Int32Array
  readonly sourceMask: Int32Array
  readonly sourcePort: number
  readonly sourcePortMask: number
  readonly destination: Int32Array
  readonly destinationPort: number
  readonly class: number
  /** Name of the master's helper; null where it has none and a `ct expectation` object foresees it. */
  readonly helper: string | null
  /** Stays when it has matched, until it expires. */
  readonly isPermanent: boolean
  /** An inactive one does not match yet. */
  isActive: boolean
  /** The model's clock, milliseconds. */
  expiresAt: number
  /** Name of the helper that the expected connection gets; null: none. */
  readonly childHelper: string | null
  /** How the expected connection is translated; null: not at all. */
  readonly translation: ExpectationTranslation | null
  /** Handle of the entry on which it was announced. */
  readonly master: number
  readonly zone: number
  /** Number of the packet that made it, and which of its bytes said so (offsets in the packet; equal when no bytes did). */
  readonly createdByPacket: number
  readonly payloadFrom: number
  readonly payloadTo: number
  /** Those bytes as text: at most 64 of them, what cannot be printed as a dot; empty when no bytes did. */
  readonly announcement: string
}

/** How an expected connection is translated: what the kernel keeps as `expectfn`, `dir`, `saved_addr` and `saved_proto`. */
export interface ExpectationTranslation {
  /** The kernel's name for it, which ctnetlink tells: `nat-follow-master`, `sip`, `pptp`, `Q.931`, `callforwarding`. */
  readonly name: string
  /** Direction of the master in which the expected connection runs. */
  readonly direction: 0 | 1
  /** Where it really goes, as the announcer sees it; four words, null: not kept. */
  readonly savedAddress: Int32Array | null
  readonly savedPort: number
}

/** How many expectations of one class a master may have at once (0: any number), and how long they live. */
export interface ExpectationPolicy {
  readonly name: string
  readonly maximum: number
  readonly timeoutSeconds: number
}

/** Why one was not made: a clash with another (busy), another class holds the same (already), too many in all (full). */
export type ExpectationRefusal = 'busy' | 'already' | 'full'

const wordsOf = (kind: number): number => (kind & isVersion6 ? 4 : 1)

const destinationHash = (kind: number, address: Int32Array, at: number, port: number): number => {
  let hash = Math.imul(kind ^ (port << 12), 0x9e3779b1)
  for (let i = 0; i < wordsOf(kind); i++) hash = Math.imul(hash ^ address[at + i]!, 0x85ebca77)
  return hash
}

/** All expectations, by destination; the newest first, as they are looked up. */
export class ExpectationTable {
  count = 0
  private readonly byDestination: Map<number, Expectation[]> = new Map()
  private earliestExpiry = Number.POSITIVE_INFINITY

  /** The active one that this tuple of a new connection fulfils, if any. */
  match(tuple: Tuple, kind: number, zone: number): Expectation | null {
    return this.first(tuple, kind, zone, true)
  }

  /** The same, inactive ones included. */
  find(tuple: Tuple, kind: number, zone: number): Expectation | null {
    return this.first(tuple, kind, zone, false)
  }

  private first(tuple: Tuple, kind: number, zone: number, onlyActive: boolean): Expectation | null {
    const words = wordsOf(kind)
    const ports = tuple[2 * words]!
    const chain = this.byDestination.get(destinationHash(kind, tuple, words, ports & 0xffff))
    for (const one of chain ?? []) {
      if (onlyActive && !one.isActive) continue
      if (one.zone === zone && fulfils(one, tuple, kind, words, ports)) return one
    }
    return null
  }

  /** Its expiry was changed. */
  rescheduled(one: Expectation): void {
    this.earliestExpiry = Math.min(this.earliestExpiry, one.expiresAt)
  }

  *[Symbol.iterator](): IterableIterator<Expectation> {
    for (const chain of this.byDestination.values()) yield* chain
  }

  /** Those with which `made` shares its destination. */
  rivals(made: Expectation): readonly Expectation[] {
    return this.byDestination.get(destinationHash(made.kind, made.destination, 0, made.destinationPort)) ?? []
  }

  insert(made: Expectation): void {
    const hash = destinationHash(made.kind, made.destination, 0, made.destinationPort)
    this.byDestination.set(hash, [made, ...(this.byDestination.get(hash) ?? [])])
    this.count++
    this.earliestExpiry = Math.min(this.earliestExpiry, made.expiresAt)
  }

  /** False when it was not there any more. */
  remove(gone: Expectation): boolean {
    const hash = destinationHash(gone.kind, gone.destination, 0, gone.destinationPort)
    const chain = this.byDestination.get(hash)
    if (!chain?.includes(gone)) return false
    if (chain.length === 1) this.byDestination.delete(hash)
    else
      this.byDestination.set(
        hash,
        chain.filter((one) => one !== gone),
      )
    this.count--
    return true
  }

  /** Those whose time has come; cheap while there are none. */
  expired(now: number): readonly Expectation[] {
    if (now < this.earliestExpiry) return []
    const all = [...this]
    const due = all.filter((one) => one.expiresAt <= now)
    this.earliestExpiry = all.reduce(
      (first, one) => (one.expiresAt > now ? Math.min(first, one.expiresAt) : first),
      Number.POSITIVE_INFINITY,
    )
    return due.sort((a, b) => a.expiresAt - b.expiresAt)
  }
}

function fulfils(one: Expectation, tuple: Tuple, kind: number, words: number, ports: number): boolean {
  if (one.kind !== kind || one.destinationPort !== (ports & 0xffff)) return false
  if ((((ports >>> 16) ^ one.sourcePort) & one.sourcePortMask) !== 0) return false
  for (let i = 0; i < words; i++) {
    if (one.destination[i] !== tuple[words + i]) return false
    if (((one.source[i]! ^ tuple[i]!) & one.sourceMask[i]!) !== 0) return false
  }
  return true
}

const areEqual = (a: Int32Array, b: Int32Array): boolean => a.every((word, i) => word === b[i])

const sharesDestination = (a: Expectation, b: Expectation): boolean =>
  a.kind === b.kind && a.destinationPort === b.destinationPort && areEqual(a.destination, b.destination)

/** Same tuple, mask and zone. */
export const isSameExpectation = (a: Expectation, b: Expectation): boolean =>
  sharesDestination(a, b) &&
  a.zone === b.zone &&
  a.sourcePort === b.sourcePort &&
  a.sourcePortMask === b.sourcePortMask &&
  areEqual(a.source, b.source) &&
  areEqual(a.sourceMask, b.sourceMask)

/** Whether some packet could fulfil both. */
export function doClash(a: Expectation, b: Expectation): boolean {
  if (!sharesDestination(a, b) || a.zone !== b.zone) return false
  if (((a.sourcePort ^ b.sourcePort) & a.sourcePortMask & b.sourcePortMask) !== 0) return false
  return a.source.every((word, i) => ((word ^ b.source[i]!) & a.sourceMask[i]! & b.sourceMask[i]!) === 0)
}
