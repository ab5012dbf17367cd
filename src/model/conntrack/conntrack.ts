/** Connection tracking at its two hooks: `track` (nf_conntrack_in) names a packet's entry and state, `confirm` (nf_confirm) keeps it. */

import { HookVerdict, type HookVerdictNumber, type Packet, Protocol } from '../packet/index.ts'
import { Flag, Word } from './entry.ts'
import type { Expectation } from './expectation.ts'
import { HelperTurn } from './helper-work.ts'
import type { HelperState } from './helpers/helper.ts'
import { Reason, reasons } from './reason.ts'
import { adjustSegment, type SequenceAdjustment } from './sequence-adjustment.ts'
import { allChanges, Change, State, Status } from './status.ts'
import * as tcp from './trackers/tcp.ts'
import { PacketTracking, refuse } from './tracking.ts'
import { found } from './tuple.ts'

/** Protocols whose entries may meet a rival at confirmation without harm. */
export const canClash = (protocol: number): boolean =>
  protocol !== Protocol.tcp && protocol !== Protocol.icmp && protocol !== Protocol.icmpv6 && protocol !== Protocol.sctp

const clashTimeout = 1000
/** Index of the loopback interface: what goes that way is not shifted (nf_is_loopback_packet). */
const loopbackInterface = 1

/**
 * `advance(now)` before each packet from outside, never while a packet walks; then `track` and `confirm` at their hooks. An entry
 * that was not confirmed, or was destroyed, can be read until the next `advance`.
 */
export class Conntrack extends PacketTracking {
  /** What the helper choked on of the last packet that a helper dropped. */
  helperProblem = ''
  /** Made with the first packet that a helper sees. */
  private turn: HelperTurn | null = null

  /** Last on input and postrouting: the helper reads, then an entry that only lived on its packet enters the table. */
  confirm(packet: Packet): HookVerdictNumber {
    const { entry } = packet
    if (entry === 0) return HookVerdict.accept
    const isConfirmed = (this.words[entry + Word.status]! & Status.confirmed) !== 0
    // The everyday case: a known flow, no helper, nothing to tell.
    if (isConfirmed && (this.words[entry + Word.flags]! & (Flag.hasSide | allChanges)) === 0) return HookVerdict.accept
    // Answers about a connection (errors, resets made by this host) go by another entry's name: no helper reads them.
    if ((packet.state !== State.related || !packet.isReply) && !this.treatPayload(packet, entry)) {
      // A new entry ends with its packet, and what a helper made it expect ends with it.
      if (!isConfirmed) this.forgetExpectations(entry)
      return HookVerdict.drop
    }
    if (!isConfirmed && !packet.isReply) {
      const reason = this.settleNew(packet, entry)
      if (reason !== Reason.none) {
        this.forgetExpectations(entry)
        return refuse(packet, reason)
      }
    }
    this.deliver(packet.entry)
    return HookVerdict.accept
  }

  /** The helper reads and perhaps rewrites; then sequence numbers are shifted, if they were already before this packet. */
  private treatPayload(packet: Packet, entry: number): boolean {
    const side = this.side(entry)
    if (!side) return true
    const isShifted = (this.status(entry) & Status.sequenceAdjust) !== 0
    if (side.helper && !this.help(packet, entry, side.helper)) return false
    if (!isShifted || !side.adjustment || packet.output === loopbackInterface) return true
    return this.shift(packet, side.adjustment)
  }

  private help(packet: Packet, entry: number, state: HelperState): boolean {
    this.turn ??= new HelperTurn(this, packet)
    const problem = this.turn.read(packet, entry, state)
    if (problem === null) return true
    this.helperProblem = problem
    packet.reason = Reason.helperDropped
    return false
  }

  private shift(packet: Packet, adjustment: SequenceAdjustment): boolean {
    // ICMP errors about answers are taken for segments, too: so does the kernel.
    if (this.locate(packet) !== Reason.none) return true
    if (adjustSegment(packet, found.transport, adjustment, packet.isReply ? 1 : 0)) return true
    packet.reason = Reason.sequenceAdjustment
    return false
  }

  protected override followUp(one: Expectation): void {
    const helper = this.side(one.master)?.helper
    if (helper) this.turn?.follow(one, helper)
  }

  protected override bury(entry: number): void {
    const helper = this.side(entry)?.helper
    if (helper) this.turn?.bury(entry, helper)
    super.bury(entry)
  }

  private settleNew(packet: Packet, entry: number): number {
    if (this.words[entry + Word.status]! & Status.dying) return Reason.dying
    const kind = this.words[entry + Word.kind]!
    this.copyTuple(entry, 0, this.tuple)
    this.copyTuple(entry, 1, this.inverse)
    const zoneOriginal = this.zone(entry, 0)
    const zoneReply = this.zone(entry, 1)
    // Each tuple is looked for only where it would stand, in the zone of its own direction.
    // When it was opened, there was none with its original tuple.
    const isAlone = entry === this.opened && this.changes === this.changesAtOpening
    const original = isAlone ? 0 : this.findIn(zoneOriginal, this.tuple, kind, zoneOriginal, zoneReply)
    const reply = this.findIn(zoneReply, this.inverse, kind, zoneOriginal, zoneReply)
    if (original !== 0 || reply !== 0) return this.resolveClash(packet, entry, kind, original, reply)
    this.settle(entry)
    this.link(entry)
    if (this.side(entry)?.helper) this.changed(entry, Change.helper)
    this.changed(entry, this.masterLink(entry) ? Change.related : Change.new)
    return Reason.none
  }

  /** Another packet of the same flow was first: use its entry. Or only the original tuple is taken: answers may still come here. */
  private resolveClash(packet: Packet, entry: number, kind: number, original: number, reply: number): number {
    if (!canClash(kind & 0xff)) return Reason.clash
    if (original !== 0 && (original & ~1) === (reply & ~1)) {
      packet.entry = original & ~1
      packet.isReply = (original & 1) !== 0
      return Reason.none
    }
    if (reply !== 0) return Reason.clash
    this.addStatus(entry, Status.natClash | Status.fixedTimeout)
    this.words[entry + Word.expiry] = this.moment(clashTimeout)
    this.settle(entry)
    this.linkReply(entry)
    return Reason.none
  }

  // ---- what rules and the host do

  /** Why conntrack dropped the packet, the helper's own words included; null: it did not say. */
  dropReason(packet: Packet): { readonly code: string; readonly text: string } | null {
    const reason = reasons[packet.reason]
    if (packet.reason === Reason.none || !reason) return null
    if (packet.reason !== Reason.helperDropped) return reason
    const helper = this.helperName(packet.entry) ?? ''
    return { code: reason.code, text: `the ${helper} helper drops it: ${this.helperProblem}` }
  }

  /** `notrack`: without effect on a packet that has an entry. */
  untrack(packet: Packet): void {
    if (packet.entry !== 0 || packet.isUntracked) return
    packet.isUntracked = true
    packet.state = State.untracked
  }

  /** A packet that this host makes about `cause` (an error, a reset) is RELATED, in the other direction, to the cause's entry. */
  attach(made: Packet, cause: Packet): void {
    if (cause.entry === 0) return
    made.entry = cause.entry
    made.state = State.related
    made.isReply = !cause.isReply
  }

  /** The packet goes no further: detaches it. An entry that lived on it alone is gone with the next `advance`. */
  release(packet: Packet): void {
    packet.entry = 0
    packet.state = 0
  }

  /** `reject with tcp reset` of a packet of this entry: a confirmed connection is closed; others stay as they are. */
  closeByReset(entry: number): void {
    if (entry !== 0 && this.protocol(entry) === Protocol.tcp) tcp.close(this, entry)
  }
}
