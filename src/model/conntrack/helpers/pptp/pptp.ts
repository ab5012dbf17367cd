/**
 * PPTP: a control connection over TCP negotiates a call (RFC 2637), whose data then go as GRE in both directions; as
 * nf_conntrack_pptp follows it. The client is taken for the one who dials (PNS). What does not fit the state of the session
 * passes unread.
 */

import { readUint16 } from '../../../bytes/index.ts'
import { Protocol } from '../../../packet/index.ts'
import { State } from '../../status.ts'
import type { Helper, HelperVerdict, HelperWork } from '../helper.ts'
import { endCall, expectCall, unexpectOther } from './call.ts'
import {
  Body,
  type ControlMessage,
  callIdLength,
  isGranted,
  MessageType,
  readControlMessage,
} from './control-message.ts'
import { Call, Memory, memoryWords, Session } from './memory.ts'
import { translateMessage } from './translate.ts'

function read(work: HelperWork): HelperVerdict {
  if (work.state !== State.established) return null
  const message = readControlMessage(work)
  if (!message) return null
  const isFitting = work.direction === 0 ? followClient(work, message) : followServer(work, message)
  if (isFitting && work.isTranslated) translateMessage(work, message)
  return null
}

/** False: the message does not fit. */
function followClient(work: HelperWork, { type, body }: ControlMessage): boolean {
  const { bytes, memory } = work
  switch (type) {
    case MessageType.startRequest:
      if (memory[Memory.session] !== Session.none) return false
      memory[Memory.session] = Session.requested
      return true
    case MessageType.stopRequest:
      memory[Memory.session] = Session.stopRequested
      return true
    case MessageType.outgoingCallRequest:
      if (memory[Memory.session] !== Session.confirmed) return false
      memory[Memory.call] = Call.outgoingRequested
      memory[Memory.clientCallId] = readUint16(bytes, body + Body.callId)
      return true
    case MessageType.incomingCallReply:
      return answerIncoming(work, body)
    case MessageType.clearRequest:
      if (memory[Memory.session] !== Session.confirmed) return false
      memory[Memory.call] = Call.clearRequested
      return true
    case MessageType.setLinkInfo:
    case MessageType.echoRequest:
    case MessageType.echoReply:
      return true
    default:
      return false
  }
}

function answerIncoming({ bytes, memory }: HelperWork, body: number): boolean {
  const call = memory[Memory.call]
  if (call !== Call.incomingRequested && call !== Call.incomingAnswered) return false
  if (memory[Memory.serverCallId] !== readUint16(bytes, body + Body.peerCallId)) return false
  const isAccepted = bytes[body + Body.callResult] === isGranted
  memory[Memory.call] = isAccepted ? Call.incomingAnswered : Call.none
  if (isAccepted) memory[Memory.clientCallId] = readUint16(bytes, body + Body.callId)
  return true
}

function followServer(work: HelperWork, { type, body }: ControlMessage): boolean {
  const { bytes, memory } = work
  const session = memory[Memory.session]!
  switch (type) {
    case MessageType.startReply:
      if (session < Session.requested) return false
      memory[Memory.session] = bytes[body + Body.startResult] === isGranted ? Session.confirmed : Session.failed
      return true
    case MessageType.stopReply:
      if (session > Session.stopRequested) return false
      memory[Memory.session] = bytes[body + Body.stopResult] === isGranted ? Session.none : Session.failed
      return true
    case MessageType.outgoingCallReply:
      return session === Session.confirmed && connectOutgoing(work, body)
    case MessageType.incomingCallRequest:
      if (session !== Session.confirmed) return false
      memory[Memory.call] = Call.incomingRequested
      memory[Memory.serverCallId] = readUint16(bytes, body + Body.callId)
      return true
    case MessageType.incomingCallConnected:
      return session === Session.confirmed && connectIncoming(work, body)
    case MessageType.disconnectNotify:
      memory[Memory.call] = Call.none
      endCall(work)
      return true
    case MessageType.wanErrorNotify:
    case MessageType.setLinkInfo:
    case MessageType.echoRequest:
    case MessageType.echoReply:
      return true
    default:
      return false
  }
}

function connectOutgoing(work: HelperWork, body: number): boolean {
  const { bytes, memory } = work
  const call = memory[Memory.call]
  if (call !== Call.outgoingRequested && call !== Call.outgoingConfirmed) return false
  if (memory[Memory.clientCallId] !== readUint16(bytes, body + Body.peerCallId)) return false
  if (bytes[body + Body.callResult] !== isGranted) {
    memory[Memory.call] = Call.none
    return true
  }
  memory[Memory.call] = Call.outgoingConfirmed
  memory[Memory.serverCallId] = readUint16(bytes, body + Body.callId)
  expectCall(work, body + Body.callId, body + Body.peerCallId + callIdLength)
  return true
}

function connectIncoming(work: HelperWork, body: number): boolean {
  const { bytes, memory } = work
  const call = memory[Memory.call]
  if (call !== Call.incomingAnswered && call !== Call.incomingConfirmed) return false
  if (memory[Memory.clientCallId] !== readUint16(bytes, body + Body.callId)) return false
  memory[Memory.call] = Call.incomingConfirmed
  expectCall(work, body + Body.callId, body + Body.callId + callIdLength)
  return true
}

export const pptp: Helper = {
  name: 'pptp',
  protocol: Protocol.tcp,
  families: [4],
  port: 1723,
  policies: () => [{ name: 'pptp', maximum: 2, timeoutSeconds: 300 }],
  memoryWords,
  read,
  fulfilled: unexpectOther,
  destroyed: endCall,
}
