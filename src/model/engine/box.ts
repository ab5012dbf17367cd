/** What the parts of the engine see of it: the host around them, the tracker, and ways to send and to conclude. */

import type { Conntrack } from '../conntrack/index.ts'
import type { Host, Route } from '../host/index.ts'
import type { HookNumber, HookVerdictNumber, Packet } from '../packet/index.ts'
import type { DropNumber, FateNumber } from './fate.ts'

/** What the walk asks of conntrack. */
export type Tracking = Pick<
  Conntrack,
  | 'advance'
  | 'track'
  | 'findHashed'
  | 'liveLinkAt'
  | 'trackFound'
  | 'trackNew'
  | 'passKnown'
  | 'isTreated'
  | 'course'
  | 'setCourse'
  | 'confirm'
  | 'endWalk'
  | 'attach'
  | 'closeByReset'
  | 'status'
  | 'addStatus'
>

export interface Box {
  /** The host is sending an ICMP packet of its own: no error is made about that. */
  readonly isSendingIcmp: boolean
  readonly host: Host
  readonly tracking: Tracking
  /** 0 (inclusive) to 1 (exclusive). */
  random(): number
  /** A packet that this host makes because of `cause`, with room for `length` bytes from 0; null when it has made too many. */
  make(cause: Packet, length: number): Packet | null
  /** Whether the packet passed all functions of a hook. If not, it is concluded. */
  pass(hook: HookNumber, packet: Packet): boolean
  /** Whether a local socket sent this very packet. */
  isFromSocket(packet: Packet): boolean
  /** Walks a packet of this host, decoded, through output and postrouting. False: it did not get out. */
  sendMade(packet: Packet, route: Route): boolean
  /** Walks a packet whose output is known through postrouting. */
  leave(packet: Packet, fate: FateNumber): boolean
  /** Says what became of a packet. */
  conclude(packet: Packet, fate: FateNumber, reason: DropNumber): void
  /** Hands a packet to whoever observes deliveries. */
  deliver(packet: Packet): void
  /** Waits for the other fragments of a packet that is for this host; accepted when it is whole. */
  reassemble(packet: Packet): HookVerdictNumber
  /** Why the last fragment was not accepted. */
  fragmentReason(): DropNumber
  /** Payload lengths of the fragments that the packet of this walk was reassembled from. */
  pieceLengths(packet: Packet): readonly number[]
  /** Gives bytes to the interface, as part of `packet`. */
  emit(packet: Packet): void
}
