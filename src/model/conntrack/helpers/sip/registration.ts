/** REGISTER and its answers: a phone may be called at its Contact once the registrar has agreed (RFC 3261, section 10). */

import { Status } from '../../status.ts'
import { isSameAddress } from '../address-words.ts'
import type { ExpectationRequest, HelperVerdict } from '../helper.ts'
import { refusalWords } from '../refusal-words.ts'
import { printEndpoint } from './addresses.ts'
import { beginWalk, contact, expires, findHeader, findUri, type Uri } from './headers.ts'
import { Memory, type Message } from './message.ts'
import { isTransport, numberParameter } from './parameters.ts'
import { translation } from './rewrite-sdp.ts'
import { SipClass } from './sdp.ts'
import { readNumber } from './text.ts'

/** Ticks of the kernel's clock in a second. Its product with the seconds of a registration has 32 bits. */
const ticksPerSecond = 250

/** A phone asks to be called at its Contact: expects calls there, which match nothing before the registrar agrees. */
export function readRegistration(message: Message, sequence: number): HelperVerdict {
  const { work } = message
  // Expected connections can not register again.
  if ((work.status & Status.expected) !== 0) return null
  const seconds = generalExpiry(message)
  const found = findUri(message, contact)
  // Nobody registers for others.
  if (!found || !isSameAddress(found.address, message.sender.address)) return null
  const behind = found.from + found.length
  if (!isTransport(message, behind, work.protocol)) return null
  const own = numberParameter(message, behind, 'expires=')
  if (own?.length === 0) return 'the Contact of a REGISTER expires after a time that is no number'
  const verdict = (own?.value ?? seconds) === 0 ? null : expectCalls(message, found)
  if (verdict === null) work.memory[Memory.registerSequence] = sequence
  return verdict
}

/** Seconds; 0 where no Expires header says so. */
function generalExpiry(message: Message): number {
  const header = findHeader(message, expires)
  return header && header.length > 0 ? readNumber(message, header.from).value : 0
}

function expectCalls(message: Message, found: Uri): HelperVerdict {
  const { work } = message
  const request: ExpectationRequest = {
    class: SipClass.signalling,
    protocol: work.protocol,
    source: work.parameters.sip.isDirectSignalling ? message.translatedReceiver.address : null,
    destination: found.address,
    destinationPort: found.port,
    isPermanent: true,
    isActive: false,
    childHelper: 'sip',
    ...message.payload(found),
  }
  if (work.isTranslated) return expectTranslatedCalls(message, found, request)
  const refusal = work.expect(request)
  return refusal && refusalWords('calls', refusal)
}

function expectTranslatedCalls(message: Message, found: Uri, request: ExpectationRequest): HelperVerdict {
  const { work, sender, translatedSender } = message
  const isMoved = !isSameAddress(sender.address, translatedSender.address)
  const destination = isMoved ? translatedSender.address : found.address
  // The phone's own port is translated with it.
  const ownPort = message.forcedPort || sender.port
  const port = work.expectOnFreePort({
    ...request,
    destination,
    destinationPort: found.port === ownPort ? translatedSender.port : found.port,
    translation: translation(work, found.address, found.port),
  })
  if (port === 0) return 'all ports for calls are in use'
  if (isSameAddress(destination, found.address) && port === found.port) return null
  if (message.replace(found, printEndpoint(destination, port, message.family))) return null
  for (const made of work.expectations().slice(0, 1)) work.forget(made)
  return 'the Contact of a REGISTER cannot be rewritten'
}

/** The registrar agrees, for as long as it says, or not: then what was expected is forgotten. Late answers count for nothing. */
export function readRegistrationAnswer(message: Message, sequence: number, code: number): HelperVerdict {
  const { work } = message
  if (work.memory[Memory.registerSequence]! >>> 0 !== sequence) return null
  if (code >= 100 && code <= 199) return null
  if (code >= 200 && code <= 299) {
    const outcome = readBindings(message)
    if (outcome === 'refreshed') return null
    if (outcome !== 'unknown') return outcome.choked
  }
  forgetCalls(message)
  return null
}

/** Goes through the Contacts until one is what is expected. */
function readBindings(message: Message): 'refreshed' | 'unknown' | { readonly choked: string } {
  const { work } = message
  const general = generalExpiry(message)
  const phone = message.receiver.address
  const walk = beginWalk()
  for (let found = findUri(message, contact, walk); found; found = findUri(message, contact, walk)) {
    const behind = found.from + found.length
    if (!isSameAddress(found.address, phone) || !isTransport(message, behind, work.protocol)) continue
    const own = numberParameter(message, behind, 'expires=')
    if (own?.length === 0)
      return { choked: 'a Contact of an answer to REGISTER expires after a time that is no number' }
    const seconds = own?.value ?? general
    if (seconds === 0) break
    if (activate(message, found, seconds)) return 'refreshed'
  }
  return 'unknown'
}

function activate({ work }: Message, { address, port }: Uri, seconds: number): boolean {
  const expected = work
    .expectations()
    .find(
      (one) =>
        one.class === SipClass.signalling && isSameAddress(one.destination, address) && one.destinationPort === port,
    )
  if (!expected) return false
  const timeoutSeconds = (Math.imul(seconds, ticksPerSecond) >>> 0) / ticksPerSecond
  work.change(expected, { isActive: true, timeoutSeconds })
  return true
}

function forgetCalls({ work }: Message): void {
  const expected = work.expectations().find((one) => one.class === SipClass.signalling)
  if (expected) work.forget(expected)
}

/** All streams; the newest first. */
export function forgetStreams({ work }: Message): void {
  for (const one of work.expectations().filter((each) => each.class !== SipClass.signalling)) work.forget(one)
}
