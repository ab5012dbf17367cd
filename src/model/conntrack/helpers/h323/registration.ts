/** RAS of H.225.0: endpoints register with a gatekeeper where they can be called, and learn from it where to call others. */

import { Protocol } from '../../../packet/index.ts'
import { Status } from '../../status.ts'
import { isSameAddress } from '../address-words.ts'
import type { AddressWords, ExpectationRequest, HelperVerdict, HelperWork } from '../helper.ts'
import { refusalWords } from '../refusal-words.ts'
import { expectTranslated } from './calls.ts'
import type { Decoded } from './decode.ts'
import { lifetime, rememberLifetime, rememberSignalPorts, signalPort } from './memory.ts'
import {
  cannotRename,
  isRewritten,
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

type Follow = (message: Message, content: Decoded) => HelperVerdict

/** By the name of the message; all others are ignored. */
const followers: { readonly [message: string]: Follow } = {
  gatekeeperRequest: (message, content) => renameRas(message, [content.get('rasAddress')]),
  gatekeeperConfirm: followGatekeeperConfirm,
  registrationRequest: followRegistrationRequest,
  registrationConfirm: followRegistrationConfirm,
  unregistrationRequest: followUnregistrationRequest,
  admissionRequest: followAdmissionRequest,
  admissionConfirm: followAdmissionConfirm,
  locationRequest: (message, content) => renameRas(message, [content.get('replyAddress')]),
  locationConfirm: (message, content) => expectCall(message, content.get('callSignalAddress'), 'callSignalAddress'),
  infoRequestResponse: (message, content) =>
    renameRas(message, [content.get('rasAddress')]) ?? renameSignal(message, itemsOf(content, 'callSignalAddress')),
}

/** Follows one message. */
export function followRas(message: Message, decoded: Decoded): HelperVerdict {
  const content = decoded.get(decoded.chosen)
  const follow = Object.hasOwn(followers, decoded.chosen) ? followers[decoded.chosen] : undefined
  return content && follow ? follow(message, content) : null
}

const itemsOf = (content: Decoded, name: string): readonly Decoded[] => content.get(name)?.items ?? []

/** The gatekeeper may want to be spoken to elsewhere. */
function followGatekeeperConfirm(message: Message, content: Decoded): HelperVerdict {
  const { work } = message
  const named = namedAddress(message, 'h225', content.get('rasAddress'))
  if (!named || isSender(work, named)) return null
  // An expected one would foresee the next, and so on.
  if (work.status & Status.expected) return null
  const refusal = work.expect({ ...fromPeer(message, named), protocol: Protocol.udp, childHelper: 'RAS' })
  return refusal && refusalWords('the RAS connection to rasAddress', refusal)
}

const isSender = (work: HelperWork, { address, port }: NamedAddress): boolean =>
  port === work.port(work.direction, 0) && isSameAddress(address, ownAddress(work))

const fromPeer = (message: Message, named: NamedAddress): ExpectationRequest => ({
  class: 0,
  protocol: Protocol.tcp,
  source: peerAddress(message.work),
  destination: named.address,
  destinationPort: named.port,
  ...placeOf(message, named),
})

function followRegistrationRequest(message: Message, content: Decoded): HelperVerdict {
  const { work } = message
  const verdict =
    expectCalls(message, itemsOf(content, 'callSignalAddress')) ?? renameRas(message, itemsOf(content, 'rasAddress'))
  if (verdict !== null) return verdict
  rememberLifetime(work, content.get('timeToLive')?.value ?? work.parameters.h323.registrationTimeout)
  return null
}

/** Calls to the endpoint, from its gatekeeper or (if so set) from anywhere. Only its own address is believed. */
function expectCalls(message: Message, addresses: readonly Decoded[]): HelperVerdict {
  const { work } = message
  const own = ownAddress(work)
  for (const [index, decoded] of addresses.entries()) {
    const named = namedAddress(message, 'h225', decoded)
    if (!named || named.port === 0 || !isSameAddress(named.address, own)) continue
    const request = {
      ...fromPeer(message, named),
      source: work.parameters.h323.isGatekeeperRoutedOnly ? peerAddress(work) : null,
      destination: publicAddress(work),
      isPermanent: true,
      childHelper: 'Q.931',
    }
    if (isRewritten(work)) return translateCalls(message, named, request, index > 0 ? addresses[0] : undefined)
    const refusal = work.expect(request)
    if (refusal) return refusalWords('calls to callSignalAddress', refusal)
    rememberSignalPort(work, named.port)
    return null
  }
  return null
}

const rememberSignalPort = (work: HelperWork, port: number): void =>
  rememberSignalPorts(work, work.direction, port, signalPort(work, otherDirection(work)))

/** `first`: the first address of the list, when another was taken; some endpoints put a loopback address there. */
function translateCalls(
  message: Message,
  named: NamedAddress,
  request: ExpectationRequest,
  first: Decoded | undefined,
): HelperVerdict {
  const { work } = message
  const far = otherDirection(work)
  const isKnown = signalPort(work, work.direction) === named.port
  const port = expectTranslated(message, named, {
    ...request,
    destinationPort: isKnown ? signalPort(work, far) : named.port,
    translation: { name: 'Q.931', direction: far, savedAddress: null, savedPort: named.port },
  })
  if (port < 0) return cannotRename('callSignalAddress')
  if (port === 0) return null
  rememberSignalPorts(work, work.direction, named.port, port)
  const loopback = first ? namedAddress(message, 'h225', first) : null
  if (!loopback || !isLoopback(loopback.address) || rename(message, loopback, publicAddress(work), port)) return null
  const newest = work.expectations()[0]
  if (newest) work.forget(newest)
  return cannotRename('callSignalAddress')
}

const isLoopback = (address: AddressWords): boolean => address[0]! >>> 24 === 127

function followRegistrationConfirm(message: Message, content: Decoded): HelperVerdict {
  const { work } = message
  const verdict = renameSignal(message, itemsOf(content, 'callSignalAddress'))
  if (verdict !== null) return verdict
  const given = content.get('timeToLive')
  if (given) rememberLifetime(work, given.value)
  const seconds = lifetime(work)
  if (seconds === 0) return null
  work.refresh(millisecondsOf(seconds))
  const port = signalPort(work, otherDirection(work))
  // The kernel asks with an empty source: it finds calls from anywhere, but never those from the gatekeeper alone.
  const calls = work.findExpectation(Protocol.tcp, new Int32Array(4), 0, work.address(work.direction, 1), port)
  if (calls && calls.master === work.entry) work.change(calls, { timeoutSeconds: seconds })
  return null
}

/** The kernel counts in 4 ms, 32 bits wide with a sign: beyond 99 days or so it is over at once. */
const millisecondsOf = (seconds: number): number => 4 * Math.imul(seconds, 250)

/** The answer may take half a minute. */
const unregistrationMilliseconds = 30_000

function followUnregistrationRequest(message: Message, content: Decoded): HelperVerdict {
  const { work } = message
  const verdict = renameSignal(message, itemsOf(content, 'callSignalAddress'))
  if (verdict !== null) return verdict
  for (const one of work.expectations()) work.forget(one)
  rememberSignalPorts(work, work.direction, 0, 0)
  work.refresh(unregistrationMilliseconds)
  return null
}

/** Who asks to call names itself; who asks to be called names itself as the one called. */
function followAdmissionRequest(message: Message, content: Decoded): HelperVerdict {
  const { work } = message
  if (!isRewritten(work)) return null
  const own = ownAddress(work)
  const called = namedAddress(message, 'h225', content.get('destCallSignalAddress'))
  if (called && isSameAddress(called.address, own) && called.port === signalPort(work, work.direction)) {
    const port = signalPort(work, otherDirection(work))
    return rename(message, called, publicAddress(work), port) ? null : cannotRename('destCallSignalAddress')
  }
  const calling = namedAddress(message, 'h225', content.get('srcCallSignalAddress'))
  if (!calling || !isSameAddress(calling.address, own)) return null
  return rename(message, calling, publicAddress(work), calling.port) ? null : cannotRename('srcCallSignalAddress')
}

/** Where to call; or, where it names the one that asked, leave to be called. */
function followAdmissionConfirm(message: Message, content: Decoded): HelperVerdict {
  const { work } = message
  const decoded = content.get('destCallSignalAddress')
  const named = namedAddress(message, 'h225', decoded)
  if (!named || !decoded) return null
  if (isSameAddress(named.address, work.address(work.direction, 1))) return renameSignal(message, [decoded])
  return expectCall(message, decoded, 'destCallSignalAddress')
}

/** The gatekeeper is believed whatever address it names. */
function expectCall(message: Message, decoded: Decoded | null, name: string): HelperVerdict {
  const named = namedAddress(message, 'h225', decoded)
  if (!named) return null
  const refusal = message.work.expect({ ...fromPeer(message, named), isPermanent: true, childHelper: 'Q.931' })
  return refusal && refusalWords(`the call to ${name}`, refusal)
}

/** The sender's own address and port, of the first that names it. */
function renameRas(message: Message, addresses: readonly (Decoded | null)[]): HelperVerdict {
  const { work } = message
  if (!isRewritten(work)) return null
  for (const decoded of addresses) {
    const named = namedAddress(message, 'h225', decoded)
    if (!named || !isSender(work, named)) continue
    const port = work.port(otherDirection(work), 1)
    return rename(message, named, publicAddress(work), port) ? null : cannotRename('rasAddress')
  }
  return null
}

/** The endpoint's signalling address, of the first that names it: outwards its public one, inwards its own. */
function renameSignal(message: Message, addresses: readonly Decoded[]): HelperVerdict {
  const { work } = message
  if (!isRewritten(work)) return null
  const { direction } = work
  const port = signalPort(work, otherDirection(work))
  for (const [index, decoded] of addresses.entries()) {
    const named = namedAddress(message, 'h225', decoded)
    if (named?.port !== signalPort(work, direction)) continue
    if (isSameAddress(named.address, ownAddress(work))) {
      const first = index > 0 ? namedAddress(message, 'h225', addresses[0] ?? null) : null
      const replaced = first && isLoopback(first.address) ? first : named
      return rename(message, replaced, publicAddress(work), port) ? null : cannotRename('callSignalAddress')
    }
    if (isSameAddress(named.address, work.address(direction, 1))) {
      return rename(message, named, peerAddress(work), port) ? null : cannotRename('callSignalAddress')
    }
  }
  return null
}
