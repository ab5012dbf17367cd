/** SIP over UDP and TCP (RFC 3261): calls, the media streams they announce, registrations; as nf_conntrack_sip and nf_nat_sip. */

import type { ExpectationPolicy } from '../../expectation.ts'
import { State } from '../../status.ts'
import type { Helper, HelperVerdict, HelperWork } from '../helper.ts'
import { signallingPort } from './addresses.ts'
import { Message } from './message.ts'
import { readMessage, shortestMessage } from './requests.ts'
import { readSegment } from './stream.ts'

const timeoutSeconds = 180

/** By class: a stream is a pair, and may be announced by both ends. */
const policies: readonly ExpectationPolicy[] = [
  { name: 'signalling', maximum: 1, timeoutSeconds },
  { name: 'audio', maximum: 4, timeoutSeconds },
  { name: 'video', maximum: 4, timeoutSeconds },
  { name: 'image', maximum: 2, timeoutSeconds },
]

const shared = {
  name: 'sip',
  families: [4, 6],
  port: signallingPort,
  policies: () => policies,
  memoryWords: 3,
} as const

export const sipOverUdp: Helper = { ...shared, protocol: 17, read: readDatagram }

export const sipOverTcp: Helper = { ...shared, protocol: 6, read: readStream }

/** Whatever is said keeps the connection alive. False: there is nothing to read. */
function refresh(work: HelperWork): boolean {
  if (work.from >= work.to) return false
  work.refresh(work.parameters.sip.timeout * 1000)
  work.packet.joinTo(work.packet.end)
  return work.to - work.from >= shortestMessage
}

function readDatagram(work: HelperWork): HelperVerdict {
  return refresh(work) ? readMessage(new Message(work, 0, work.to - work.from)) : null
}

function readStream(work: HelperWork): HelperVerdict {
  return work.state === State.established && refresh(work) ? readSegment(work) : null
}
