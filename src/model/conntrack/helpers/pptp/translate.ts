/**
 * Call ids in PPTP's control messages of a translated connection: the server knows the client's call by the connection's
 * translated TCP source port, so that the calls of several clients differ (Linux nf_nat_pptp).
 */

import { writeUint16 } from '../../../bytes/index.ts'
import type { HelperWork } from '../helper.ts'
import { Body, type ControlMessage, callIdLength, MessageType } from './control-message.ts'
import { Memory } from './memory.ts'

/** Where the client's messages name its call. */
const ofClient: Readonly<Record<number, number>> = {
  [MessageType.outgoingCallRequest]: Body.callId,
  [MessageType.incomingCallReply]: Body.callId,
  [MessageType.clearRequest]: Body.callId,
}

/** Where the server's messages name the client's call, or what Linux takes for that. */
const ofServer: Readonly<Record<number, number>> = {
  [MessageType.outgoingCallReply]: Body.peerCallId,
  [MessageType.incomingCallConnected]: Body.callId,
  [MessageType.wanErrorNotify]: Body.callId,
  [MessageType.disconnectNotify]: Body.callId,
  [MessageType.setLinkInfo]: Body.callId,
}

/** Rewrites a message that fitted the state of its session. */
export function translateMessage(work: HelperWork, { type, body }: ControlMessage): void {
  const { direction, memory } = work
  const offset = (direction === 0 ? ofClient : ofServer)[type]
  if (offset === undefined) return
  if (type === MessageType.outgoingCallRequest) {
    memory[Memory.originalClientCallId] = memory[Memory.clientCallId]!
    memory[Memory.clientCallId] = work.port(1, 1)
  }
  const callId = new Uint8Array(callIdLength)
  writeUint16(callId, 0, memory[direction === 0 ? Memory.clientCallId : Memory.originalClientCallId]!)
  work.replace(body + offset, body + offset + callIdLength, callId)
}
