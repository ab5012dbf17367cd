/** Call signalling of H.225.0 (in Q.931): where H.245 is spoken, which media start at once, and where a call is forwarded to. */

import { Protocol } from '../../../packet/index.ts'
import { isSameAddress } from '../address-words.ts'
import type { AddressWords, ExpectationRequest, HelperVerdict, HelperWork } from '../helper.ts'
import { refusalWords } from '../refusal-words.ts'
import { followControl, followOpening } from './channels.ts'
import type { Decoded } from './decode.ts'
import { rememberSignalPorts, signalPort } from './memory.ts'
import {
  cannotRename,
  isRewritten,
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

/** Follows one message: its body, then the H.245 messages that travel in it. */
export function followCall(message: Message, decoded: Decoded): HelperVerdict {
  const pdu = decoded.get('h323-uu-pdu')
  return (
    followBody(message, pdu?.get('h323-message-body') ?? null) ?? followEach(message, pdu, 'h245Control', followControl)
  )
}

function followBody(message: Message, body: Decoded | null): HelperVerdict {
  const content = body?.get(body.chosen) ?? null
  if (!body || !content) return null
  if (body.chosen === 'facility' && content.get('reason')?.chosen === 'callForwarded') {
    return followForwarding(message, content.get('alternativeAddress'))
  }
  return (
    expectControl(message, content.get('h245Address')) ??
    (body.chosen === 'setup' ? renameEnds(message, content) : null) ??
    followEach(message, content, 'fastStart', followOpening)
  )
}

function followEach(
  message: Message,
  of: Decoded | null,
  name: string,
  follow: (message: Message, item: Decoded) => HelperVerdict,
): HelperVerdict {
  for (const item of of?.get(name)?.items ?? []) {
    const verdict = follow(message, item)
    if (verdict !== null) return verdict
  }
  return null
}

/** The H.245 connection, which gets the helper of that name. Only the sender's own address is believed. */
function expectControl(message: Message, decoded: Decoded | null): HelperVerdict {
  const { work } = message
  const named = namedAddress(message, 'h225', decoded)
  if (!named || named.port === 0 || !isSameAddress(named.address, ownAddress(work))) return null
  const request = { ...fromPeer(message, named, publicAddress(work)), childHelper: 'H.245' }
  if (isSenderRewritten(work)) return translateControl(message, named, request)
  const refusal = work.expect(request)
  return refusal && refusalWords('the H.245 connection of h245Address', refusal)
}

const fromPeer = (message: Message, named: NamedAddress, destination: AddressWords): ExpectationRequest => ({
  class: 0,
  protocol: Protocol.tcp,
  source: peerAddress(message.work),
  destination,
  destinationPort: named.port,
  ...placeOf(message, named),
})

/** Where no port is free the message passes as it is. */
function translateControl(message: Message, named: NamedAddress, request: ExpectationRequest): HelperVerdict {
  const { work } = message
  const isKnown = signalPort(work, work.direction) === named.port
  const port = expectTranslated(message, named, {
    ...request,
    destinationPort: isKnown ? signalPort(work, otherDirection(work)) : named.port,
    translation: {
      name: 'nat-follow-master',
      direction: otherDirection(work),
      savedAddress: null,
      savedPort: named.port,
    },
  })
  if (port < 0) return cannotRename('h245Address')
  if (port > 0) rememberSignalPorts(work, work.direction, named.port, port)
  return null
}

/** Expects on a free port and names it with the public address. The port; 0: none is free; -1: it could not be named. */
export function expectTranslated(message: Message, named: NamedAddress, request: ExpectationRequest): number {
  const { work } = message
  const port = work.expectOnFreePort(request)
  if (port === 0 || rename(message, named, publicAddress(work), port)) return port
  const newest = work.expectations()[0]
  if (newest) work.forget(newest)
  return -1
}

/** A caller names itself and whom it calls; behind NAT both must have the addresses of the other side. */
function renameEnds(message: Message, setup: Decoded): HelperVerdict {
  const { work } = message
  if (!isRewritten(work)) return null
  const far = otherDirection(work)
  return (
    renameEnd(message, setup, 'destCallSignalAddress', work.address(far, 0), work.port(far, 0)) ??
    renameEnd(message, setup, 'sourceCallSignalAddress', work.address(far, 1), work.port(far, 1))
  )
}

function renameEnd(message: Message, setup: Decoded, name: string, address: AddressWords, port: number): HelperVerdict {
  const named = namedAddress(message, 'h225', setup.get(name))
  if (!named || isSameAddress(named.address, address)) return null
  return rename(message, named, address, port) ? null : cannotRename(name)
}

/** The caller will call another: any address is believed, unless caller and callee are reached the same way. */
function followForwarding(message: Message, decoded: Decoded | null): HelperVerdict {
  const { work } = message
  const named = namedAddress(message, 'h225', decoded)
  if (!named || named.port === 0) return null
  if (isFiltered(work, named)) return null
  const request = { ...fromPeer(message, named, named.address), childHelper: 'Q.931' }
  if (isSenderRewritten(work)) return translateForwarding(message, named, request)
  const refusal = work.expect(request)
  return refusal && refusalWords('the forwarded call to alternativeAddress', refusal)
}

const isFiltered = (work: HelperWork, { address }: NamedAddress): boolean =>
  work.parameters.h323.isCallForwardFiltered && work.host.isSameWay(work.family, address, peerAddress(work))

function translateForwarding(message: Message, named: NamedAddress, request: ExpectationRequest): HelperVerdict {
  const { work } = message
  const port = expectTranslated(message, named, {
    ...request,
    destination: publicAddress(work),
    translation: {
      name: 'callforwarding',
      direction: otherDirection(work),
      savedAddress: named.address,
      savedPort: named.port,
    },
  })
  return port < 0 ? cannotRename('alternativeAddress') : null
}
