/** H.245: a logical channel that is opened announces where media (RTP and RTCP) or data (T.120) may be sent. */

import { Protocol } from '../../../packet/index.ts'
import { isSameAddress } from '../address-words.ts'
import type { ExpectationRequest, HelperVerdict, HelperWork } from '../helper.ts'
import { refusalWords } from '../refusal-words.ts'
import type { Decoded } from './decode.ts'
import { mediaPort, mostMediaChannels, rememberMediaPorts } from './memory.ts'
import {
  cannotRename,
  isSenderRewritten,
  type Message,
  type NamedAddress,
  namedAddress,
  otherDirection,
  ownAddress,
  peerAddress,
  placeOf,
  publicAddress,
  rename,
} from './message.ts'

/** Follows one H.245 message; all but an opened channel and its answer are ignored. */
export function followControl(message: Message, decoded: Decoded): HelperVerdict {
  const opened = decoded.get('request', 'openLogicalChannel')
  if (opened) return followOpening(message, opened)
  const answer = decoded.get('response', 'openLogicalChannelAck')
  return answer && followAnswer(message, answer)
}

const h2250 = ['multiplexParameters', 'h2250LogicalChannelParameters'] as const

export function followOpening(message: Message, opened: Decoded): HelperVerdict {
  const forward = opened.get('forwardLogicalChannelParameters', ...h2250)
  const reverse = opened.get('reverseLogicalChannelParameters', ...h2250)
  const carried = opened.get('forwardLogicalChannelParameters', 'dataType', 'data', 'application', 't120')
  return (
    followMedia(message, forward) ??
    followMedia(message, reverse) ??
    (carried?.chosen === 'separateLANStack' ? followSeparateStack(message, opened) : null)
  )
}

function followAnswer(message: Message, answer: Decoded): HelperVerdict {
  const reverse = answer.get('reverseLogicalChannelParameters', ...h2250)
  const forward = answer.get('forwardMultiplexAckParameters', 'h2250LogicalChannelAckParameters')
  return followMedia(message, reverse) ?? followMedia(message, forward) ?? followSeparateStack(message, answer)
}

function followMedia(message: Message, parameters: Decoded | null): HelperVerdict {
  if (!parameters) return null
  return (
    expectMedia(message, parameters.get('mediaChannel'), 'mediaChannel') ??
    expectMedia(message, parameters.get('mediaControlChannel'), 'mediaControlChannel')
  )
}

const followSeparateStack = (message: Message, channel: Decoded): HelperVerdict =>
  expectData(message, channel.get('separateStack', 'networkAddress', 'localAreaAddress'))

/** Only the sender's own address is believed, with any port but 0. */
function senderAddress(message: Message, decoded: Decoded | null): NamedAddress | null {
  const named = namedAddress(message, 'h245', decoded)
  return named && named.port !== 0 && isSameAddress(named.address, ownAddress(message.work)) ? named : null
}

const fromPeer = (message: Message, named: NamedAddress, protocol: number): ExpectationRequest => ({
  class: 0,
  protocol,
  source: peerAddress(message.work),
  destination: publicAddress(message.work),
  destinationPort: named.port,
  ...placeOf(message, named),
})

const translated = (request: ExpectationRequest, work: HelperWork): ExpectationRequest => ({
  ...request,
  translation: {
    name: 'nat-follow-master',
    direction: otherDirection(work),
    savedAddress: null,
    savedPort: request.destinationPort,
  },
})

/** RTP on the even port, RTCP on the odd one above it, whichever of them was named. */
function expectMedia(message: Message, decoded: Decoded | null, name: string): HelperVerdict {
  const { work } = message
  const named = senderAddress(message, decoded)
  if (!named) return null
  const rtp = { ...fromPeer(message, named, Protocol.udp), destinationPort: named.port & ~1 }
  const rtcp = { ...rtp, destinationPort: named.port | 1 }
  if (isSenderRewritten(work))
    return translateMedia(message, named, translated(rtp, work), translated(rtcp, work), name)
  const refusal = expectPair(work, rtp, rtcp)
  return refusal && refusalWords(`the media stream of ${name}`, refusal)
}

function expectPair(
  work: HelperWork,
  rtp: ExpectationRequest,
  rtcp: ExpectationRequest,
): ReturnType<typeof work.expect> {
  const refusal = work.expect(rtp)
  if (refusal) return refusal
  const second = work.expect(rtcp)
  if (second) forgetNewest(work)
  return second
}

const forgetNewest = (work: HelperWork): void => {
  const newest = work.expectations()[0]
  if (newest) work.forget(newest)
}

/** Tries pairs of ports upwards. Where none is free, or too many channels are open, the message passes as it is. */
function translateMedia(
  message: Message,
  named: NamedAddress,
  rtp: ExpectationRequest,
  rtcp: ExpectationRequest,
  name: string,
): HelperVerdict {
  const { work } = message
  const index = findMediaChannel(work, rtp.destinationPort)
  const port = index < 0 ? 0 : expectOnFreePair(work, rtp, rtcp)
  if (port === 0) return null
  if (!rename(message, named, publicAddress(work), port + (named.port & 1))) {
    forgetNewest(work)
    forgetNewest(work)
    return cannotRename(name)
  }
  rememberMediaPorts(work, index, work.direction, rtp.destinationPort, port)
  return null
}

/** The place that has the port already, or the first that is free; -1: none. */
function findMediaChannel(work: HelperWork, port: number): number {
  for (let index = 0; index < mostMediaChannels; index++) {
    const known = mediaPort(work, index, work.direction)
    if (known === port || known === 0) return index
  }
  return -1
}

function expectOnFreePair(work: HelperWork, rtp: ExpectationRequest, rtcp: ExpectationRequest): number {
  for (let port = rtp.destinationPort; port !== 0 && port < 0x10000; port += 2) {
    const refusal = expectPair(work, { ...rtp, destinationPort: port }, { ...rtcp, destinationPort: port + 1 })
    if (refusal === null) return port
    if (refusal !== 'busy') return 0
  }
  return 0
}

/** T.120 opens as many connections as it likes. */
function expectData(message: Message, decoded: Decoded | null): HelperVerdict {
  const { work } = message
  const named = senderAddress(message, decoded)
  if (!named) return null
  const request = { ...fromPeer(message, named, Protocol.tcp), isPermanent: true }
  if (!isSenderRewritten(work)) {
    const refusal = work.expect(request)
    return refusal && refusalWords('the T.120 connection of separateStack', refusal)
  }
  const port = work.expectOnFreePort(translated(request, work))
  if (port === 0 || rename(message, named, publicAddress(work), port)) return null
  forgetNewest(work)
  return cannotRename('separateStack')
}
