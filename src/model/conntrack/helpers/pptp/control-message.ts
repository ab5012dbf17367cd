/** Control messages of PPTP, RFC 2637 section 2: TCP data that begins with a length, a type, a magic cookie, and the message's type. */

import { readInt32, readUint16 } from '../../../bytes/index.ts'
import type { HelperWork } from '../helper.ts'

export const MessageType = {
  startRequest: 1,
  startReply: 2,
  stopRequest: 3,
  stopReply: 4,
  echoRequest: 5,
  echoReply: 6,
  outgoingCallRequest: 7,
  outgoingCallReply: 8,
  incomingCallRequest: 9,
  incomingCallReply: 10,
  incomingCallConnected: 11,
  clearRequest: 12,
  disconnectNotify: 13,
  wanErrorNotify: 14,
  setLinkInfo: 15,
} as const

/** By type. A shorter message is not read; of echoes nothing is. */
const bodyLengths: readonly number[] = [0, 144, 144, 4, 4, 0, 0, 156, 20, 208, 12, 16, 4, 136, 28, 12]

/** Offsets in the body. Call ids have two bytes, results one. A message that names one call id names it first. */
export const Body = { callId: 0, peerCallId: 2, startResult: 2, stopResult: 0, callResult: 4 } as const
export const callIdLength = 2

/** Of all replies: the request was granted. */
export const isGranted = 1

const magicCookie = 0x1a2b3c4d
const controlType = 1
const headerLength = 12

export interface ControlMessage {
  /** Any 16 bits. */
  readonly type: number
  /** Offset of what follows the header. */
  readonly body: number
}

/** Null: it is none, or shorter than its type wants. Only the first of a segment is read. */
export function readControlMessage({ bytes, from, to }: HelperWork): ControlMessage | null {
  const body = from + headerLength
  if (body > to) return null
  if (readUint16(bytes, from + 2) !== controlType || readInt32(bytes, from + 4) !== magicCookie) return null
  const type = readUint16(bytes, from + 8)
  return to - body < (bodyLengths[type] ?? 0) ? null : { type, body }
}
