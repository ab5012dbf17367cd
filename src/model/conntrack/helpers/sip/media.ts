/** Media streams that a session description announces: RTP and RTCP to the address and ports it names. */

import type { ExpectationRefusal, ExpectationTranslation } from '../../expectation.ts'
import { isSameAddress } from '../address-words.ts'
import type { AddressWords, ExpectationRequest, HelperVerdict } from '../helper.ts'
import { refusalWords } from '../refusal-words.ts'
import type { Message } from './message.ts'
import { rewriteConnection, rewriteMediaPort, rewriteSession, translation } from './rewrite-sdp.ts'
import { findConnection, findSdpLine, type Media, maximumMedia, nextMedia } from './sdp.ts'

const lowestPort = 1024
const udp = 17

/** Expects every stream of the description in the message, if it has one, and rewrites it under NAT. */
export function readDescription(message: Message): HelperVerdict {
  const version = findSdpLine(message, 'version', 0)
  if (!version) return null
  const session = findConnection(message, version.from)
  let address = session?.address ?? null
  let at = version.from
  for (let streams = 0; streams < maximumMedia; streams++) {
    const media = nextMedia(message, at)
    if (!media) break
    at = media.from
    if (media.port < lowestPort || media.port > 0xffff) {
      return `a session description announces port ${media.port}, and media ports are 1024 to 65535`
    }
    const own = findConnection(message, at)
    address = own?.address ?? session?.address ?? null
    if (!address) return 'a session description announces a stream and no address that can be read'
    const outcome = expectStream(message, media, address)
    if (outcome.verdict !== null) return outcome.verdict
    address = outcome.address
    if (own && message.work.isTranslated && !rewriteConnection(message, at, address)) {
      return 'the address of a stream cannot be rewritten'
    }
  }
  if (message.work.isTranslated && address && !rewriteSession(message, version.from, address)) {
    return 'the owner, the address or the Content-Length of a session description cannot be rewritten'
  }
  return null
}

interface Outcome {
  readonly verdict: HelperVerdict
  /** Where the stream goes as the receiver of the message must see it. */
  readonly address: AddressWords
}

function expectStream(message: Message, media: Media, address: AddressWords): Outcome {
  const { work } = message
  const { isDirectMedia, isExternalMedia } = work.parameters.sip
  const receiver = message.translatedReceiver.address
  const unexpected = { verdict: null, address }
  if (isDirectMedia) {
    if (!isSameAddress(address, message.sender.address)) return unexpected
  } else if (isExternalMedia && work.host.isSameInterface(work.family, address, receiver)) return unexpected
  const source = isDirectMedia ? receiver : null
  const known = findKnown(message, media.class, source, address, media.port)
  const port = known.port & ~1
  if (known.isDirect && !rewriteMediaPort(message, media, port)) {
    return { verdict: 'the port of a stream that is reached directly cannot be rewritten', address: known.address }
  }
  if (known.isExpected) return { verdict: null, address: known.address }
  const request = (of: { destination: AddressWords; port: number; translation: ExpectationTranslation | null }) => ({
    class: media.class,
    protocol: udp,
    source,
    destination: of.destination,
    destinationPort: of.port,
    isMasterIgnored: true,
    translation: of.translation,
    ...message.payload(media),
  })
  if (work.isTranslated && !known.isDirect) return expectTranslated(message, media, known.address, port, request)
  const verdict = expectPair(message, port, (to) =>
    request({ destination: known.address, port: to, translation: null }),
  )
  return { verdict, address: known.address }
}

interface Known {
  readonly address: AddressWords
  readonly port: number
  /** Somebody expects this very stream already. */
  readonly isExpected: boolean
  /** Both ends are behind the same NAT: the stream is expected where it really ends. */
  readonly isDirect: boolean
}

const noAddress = new Int32Array(4)

/** Looks for the stream among what others of this helper expect; the same call may be seen on several connections. */
function findKnown(
  message: Message,
  wanted: number,
  source: AddressWords | null,
  announced: AddressWords,
  announcedPort: number,
): Known {
  const { work } = message
  let [address, port, isDirect] = [announced, announcedPort, false]
  while (true) {
    const found = work.findExpectation(udp, source ?? noAddress, 0, address, port)
    if (!found || found.master === work.entry || !work.isOwn(found) || found.class !== wanted) {
      return { address, port, isExpected: false, isDirect }
    }
    // An expectation without translation has kept no address: the kernel then takes 0.0.0.0 for the real one.
    const real = found.translation?.savedAddress ?? noAddress
    const realPort = found.translation?.savedPort ?? 0
    const isMoved = !isSameAddress(real, found.destination) || realPort !== found.destinationPort
    if (isDirect || !isMoved || !work.isTranslated) return { address, port, isExpected: true, isDirect }
    address = real
    port = realPort
    isDirect = true
  }
}

/** RTP and RTCP; both or none. The same pair announced twice, or by two connections, is no mistake. */
function expectPair(message: Message, port: number, request: (port: number) => ExpectationRequest): HelperVerdict {
  const { work } = message
  const first = work.expect(request(port))
  const second = isExpected(first) ? work.expect(request(port + 1)) : first
  if (isExpected(second)) return null
  if (first === null) forgetNewest(message)
  return refusalWords('the stream', second)
}

const isExpected = (refusal: ExpectationRefusal | null): refusal is 'already' | null =>
  refusal === null || refusal === 'already'

function forgetNewest({ work }: Message, count = 1): void {
  for (const made of work.expectations().slice(0, count)) work.forget(made)
}

/** The pair of ports that the sender names, or the next pair that is free on its translated address. */
function expectTranslated(
  message: Message,
  media: Media,
  real: AddressWords,
  realPort: number,
  request: (of: { destination: AddressWords; port: number; translation: ExpectationTranslation }) => ExpectationRequest,
): Outcome {
  const { work } = message
  const sender = message.translatedSender.address
  const address = isSameAddress(message.sender.address, sender) ? real : sender
  const attempt = (port: number, savedPort: number): ExpectationRefusal | null =>
    work.expect(request({ destination: address, port, translation: translation(work, real, savedPort) }))
  for (let port = realPort; port <= 0xffff; port += 2) {
    const first = attempt(port, realPort)
    if (first === 'busy') continue
    const second = first ?? attempt(port + 1, realPort + 1)
    if (second === null) return announceTranslated(message, media, address, port, realPort)
    if (first === null) forgetNewest(message)
    if (second !== 'busy') return { verdict: refusalWords('the stream', second), address }
  }
  return { verdict: 'all ports for media are in use', address }
}

function announceTranslated(
  message: Message,
  media: Media,
  address: AddressWords,
  port: number,
  realPort: number,
): Outcome {
  if (port === realPort || rewriteMediaPort(message, media, port)) return { verdict: null, address }
  forgetNewest(message, 2)
  return { verdict: 'the port of a stream or the Content-Length cannot be rewritten', address }
}
