/** The shape of a helper: what one application protocol announces in its payload, and how NAT rewrites that. One file per protocol. */

import type { Packet } from '../../packet/index.ts'
import type { Expectation, ExpectationPolicy, ExpectationRefusal, ExpectationTranslation } from '../expectation.ts'
import type { GreKeys } from '../gre-keys.ts'
import type { HelperParameters } from '../helper-parameters.ts'
import type { HostView } from '../host-view.ts'

/** Four words; IPv4 uses the first, the others are 0. */
export type AddressWords = Int32Array

/** null: the packet goes on. Else it is dropped: what the helper choked on, as a sentence without a full stop. */
export type HelperVerdict = string | null

/** A connection that the helper foresees. All it does not say is the policy's, or any. */
export interface ExpectationRequest {
  readonly class: number
  readonly protocol: number
  /** null: any source address. */
  readonly source: AddressWords | null
  /** Null or absent: every bit of `source` counts. Answers to broadcasts come from anywhere in a network. */
  readonly sourceMask?: AddressWords | null
  /** Null or absent: any. */
  readonly sourcePort?: number | null
  readonly destination: AddressWords
  readonly destinationPort: number
  readonly isPermanent?: boolean
  /** False: it does not match until `change` makes it active. True when absent. */
  readonly isActive?: boolean
  /** The policy's when absent. */
  readonly timeoutSeconds?: number
  /** Name of the helper that the expected connection gets (kernel: the expectation's `assign_helper`). */
  readonly childHelper?: string | null
  /** How the expected connection is translated; null or absent: not at all. */
  readonly translation?: ExpectationTranslation | null
  /** An equal one of another master counts as the same (kernel NF_CT_EXP_F_SKIP_MASTER). */
  readonly isMasterIgnored?: boolean
  /** Which bytes of the packet announce it, as offsets in `work.bytes`; what the user is shown as its cause. */
  readonly payloadFrom: number
  readonly payloadTo: number
}

/**
 * One packet of a connection that has a helper, when it passes confirmation (priority INT_MAX of input and postrouting), and what
 * the helper may do about it. Reused for every packet: keep nothing of it. The helper is called for every packet of the
 * connection whatever its state, but for answers that are RELATED (errors, resets of this host).
 */
export interface HelperWork {
  readonly packet: Packet
  /** Heap handle of the connection. */
  readonly entry: number
  readonly family: 4 | 6
  /** 6 or 17. */
  readonly protocol: number
  /** 0 original, 1 reply. */
  readonly direction: 0 | 1
  /** The packet's {@link State}: new, established or related. */
  readonly state: number
  /** The packet's bytes. {@link replace} may put others in their place: read it anew after that. */
  readonly bytes: Uint8Array
  /** Offset of the TCP or UDP header. */
  readonly transport: number
  /** The payload is `bytes` from `from` to `to`; it may be empty. Both are true again after {@link replace}. */
  readonly from: number
  readonly to: number
  /** TCP sequence number of the first byte, before this packet's own adjustment; 0 for UDP. */
  readonly sequence: number
  /** The helper's memory of this connection, zero at first. */
  readonly memory: Int32Array
  readonly parameters: HelperParameters
  /** Which call ids of PPTP belong together. */
  readonly greKeys: GreKeys
  readonly host: HostView
  /** Model time in milliseconds. */
  readonly now: number
  /** 0 (inclusive) to 1 (exclusive); where the kernel chooses at random. */
  random(): number

  /** Of the connection's tuple in a direction: source (0) or destination (1). A fresh copy. */
  address(direction: 0 | 1, which: 0 | 1): AddressWords
  port(direction: 0 | 1, which: 0 | 1): number
  /** The connection's source or destination is translated (status SNAT or DNAT): the payload must be, too. */
  readonly isTranslated: boolean
  /** Status bits of the connection. */
  readonly status: number
  /** Handle of the connection's master; 0: it has none, or it is gone. */
  readonly master: number
  /** Sets the connection's timeout (kernel nf_ct_refresh). */
  refresh(milliseconds: number): void

  /** Expects a connection. Null: done; else why not. */
  expect(request: ExpectationRequest): ExpectationRefusal | null
  /**
   * The same for a translated connection: tries the request's destination port, then ports above it by chance, as the kernel
   * does (nf_nat_exp_find_port). The port, or 0 when none is free.
   */
  expectOnFreePort(request: ExpectationRequest): number
  /** Of this connection, the newest first. */
  expectations(): readonly Expectation[]
  /** Of any connection: the active or inactive one with exactly this destination that a packet from `source` would fulfil. */
  findExpectation(
    protocol: number,
    source: AddressWords,
    sourcePort: number,
    destination: AddressWords,
    destinationPort: number,
  ): Expectation | null
  /** Whether the very helper at work made it: a name may stand for one helper over UDP and one over TCP. */
  isOwn(expectation: Expectation): boolean
  /** Removes one, with its event. */
  forget(expectation: Expectation): void
  /** Without an event, as in the kernel. */
  change(expectation: Expectation, to: { readonly isActive?: boolean; readonly timeoutSeconds?: number }): void
  /** Link (`handle | direction`) of the live connection with this tuple in this connection's zone; 0: none. */
  findEntry(
    protocol: number,
    source: AddressWords,
    sourcePort: number,
    destination: AddressWords,
    destinationPort: number,
  ): number
  /** Destroys a connection of {@link findEntry}, with its event. */
  destroyEntry(link: number): void

  /**
   * Writes `text` over the bytes `from` to `to` (offsets in {@link bytes}) and mends lengths and checksums; in TCP it also notes the
   * change of length, so that later sequence numbers are adjusted, unless `isAdjusting` is false. False: the packet would grow
   * beyond 65,535 bytes.
   */
  replace(from: number, to: number, text: Uint8Array, isAdjusting?: boolean): boolean
  /** TCP: notes that the payload from sequence number `sequence` on became longer by `difference` (negative: shorter). */
  adjustSequence(sequence: number, difference: number): void
}

/** What a helper can do when it has no packet to read. */
export type HelperAftermath = Pick<
  HelperWork,
  | 'entry'
  | 'address'
  | 'isTranslated'
  | 'memory'
  | 'greKeys'
  | 'findEntry'
  | 'destroyEntry'
  | 'findExpectation'
  | 'forget'
>

export interface Helper {
  /** As `ct helper` objects name it. */
  readonly name: string
  readonly protocol: number
  readonly families: readonly (4 | 6)[]
  /** Registered port; an entry gets its helper by rule, from any port. */
  readonly port: number
  /** By class. */
  policies(parameters: HelperParameters): readonly ExpectationPolicy[]
  /** Words of memory that it wants for each connection. */
  readonly memoryWords: number
  read(work: HelperWork): HelperVerdict
  /** Runs in user space (conntrackd): rules name it only where it was added to the kernel. */
  readonly isUserSpace?: boolean
  /** A connection that it foresaw has come and used `expectation` up; `work` is about the master. */
  fulfilled?(work: HelperAftermath, expectation: Expectation): void
  /** A connection with this helper is destroyed. */
  destroyed?(work: HelperAftermath): void
}

/** A helper at work on one entry. */
export interface HelperState {
  readonly helper: Helper
  readonly memory: Int32Array
}
