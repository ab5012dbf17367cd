/** A SIP message of a translated connection: each end is told the addresses that it can reach (nf_nat_sip). */

import { isSameAddress } from '../address-words.ts'
import type { HelperVerdict } from '../helper.ts'
import { printAddressWords, printEndpoint, printHost, readEndpoint } from './addresses.ts'
import { beginWalk, contact, findUri, from, type Header, to, type Uri, viaTcp, viaUdp } from './headers.ts'
import type { Endpoint, Message } from './message.ts'
import { addressParameter, numberParameter } from './parameters.ts'
import { hasWord, isAlphabetic, isLineEnd, skipWhile } from './text.ts'

const udp = 17
const lowestPort = 1024

/** Request-URI, the first Via, Contact, From and To; of what the packet itself names nothing else. */
export function rewriteMessage(message: Message): HelperVerdict {
  const isRequest = !hasWord(message.bytes, 0, 'SIP/2.0')
  const target = isRequest ? requestTarget(message) : null
  if (target && !rewriteEndpoint(message, target)) return 'the Request-URI cannot be rewritten'
  const verdict = rewriteVia(message, isRequest)
  if (verdict !== null) return verdict
  if (!rewriteContacts(message)) return 'a Contact cannot be rewritten'
  if (!rewriteHeader(message, from) || !rewriteHeader(message, to)) return 'From or To cannot be rewritten'
  return leadToPort(message)
}

/** The address in `METHOD sip:user@address SIP/2.0`. */
function requestTarget(message: Message): Uri | null {
  const { bytes, length } = message
  const method = skipWhile(bytes, 0, length, isAlphabetic)
  if (method === 0 || method + 1 >= length) return null
  const last = length - 'sip:'.length
  let at = method + 1
  while (at < last && !hasWord(bytes, at, 'sip:')) if (isLineEnd(bytes[at++])) return null
  // The kernel does not mind if there was no "sip:" before the end.
  return uriAt(message, at < last ? at + 'sip:'.length : at)
}

function uriAt(message: Message, at: number): Uri | null {
  const found = contact.match(message, at)
  const endpoint = found && readEndpoint(message, found.from)
  return found && endpoint && { ...found, address: endpoint.address, port: endpoint.port }
}

const isSameEndpoint = (one: Endpoint, other: Endpoint): boolean =>
  one.port === other.port && isSameAddress(one.address, other.address)

/** What an end of the connection is called on the other side; null: it is no end, or is called the same. */
function otherName(message: Message, one: Endpoint): Endpoint | null {
  const { translatedReceiver } = message
  const other = isSameEndpoint(one, message.sender)
    ? message.translatedSender
    : isSameEndpoint(one, message.receiver)
      ? { address: translatedReceiver.address, port: message.forcedPort || translatedReceiver.port }
      : null
  return other && !isSameEndpoint(other, one) ? other : null
}

/** False in this and the next: the packet would be too long. */
function rewriteEndpoint(message: Message, uri: Uri): boolean {
  const other = otherName(message, uri)
  return !other || message.replace(uri, printEndpoint(other.address, other.port, message.family))
}

function rewriteHeader(message: Message, header: Header): boolean {
  const uri = findUri(message, header)
  return !uri || rewriteEndpoint(message, uri)
}

function rewriteContacts(message: Message): boolean {
  const walk = beginWalk()
  for (let uri = findUri(message, contact, walk); uri; uri = findUri(message, contact, walk)) {
    const { length } = message
    if (!rewriteEndpoint(message, uri)) return false
    walk.at += message.length - length
  }
  return true
}

/** The Via of who sent the request, and in it what RFC 3261 (`maddr`, `received`) and RFC 3581 (`rport`) add. */
function rewriteVia(message: Message, isRequest: boolean): HelperVerdict {
  const uri = findUri(message, message.work.protocol === udp ? viaUdp : viaTcp)
  if (!uri || !isSameEndpoint(uri, isRequest ? message.sender : message.receiver)) return null
  const { length } = message
  if (!rewriteEndpoint(message, uri)) return 'the Via header cannot be rewritten'
  const behind = uri.from + uri.length + message.length - length
  if (!rewriteMaddr(message, behind)) return 'maddr in the Via header cannot be rewritten'
  if (!rewriteReceived(message, behind)) return 'received in the Via header cannot be rewritten'
  return rewriteRport(message, behind) ? null : 'rport in the Via header cannot be rewritten'
}

/** Where the sender wants the answer. */
function rewriteMaddr(message: Message, at: number): boolean {
  const found = addressParameter(message, at, 'maddr=', false)
  const { address } = message.translatedSender
  if (!found || !isSameAddress(found.words, message.sender.address) || isSameAddress(found.words, address)) return true
  return message.replace(found, printHost(address, message.family))
}

/** Where the request came from, as the answer tells. */
function rewriteReceived(message: Message, at: number): boolean {
  const found = addressParameter(message, at, 'received=', true)
  const { address } = message.translatedReceiver
  if (!found || !isSameAddress(found.words, message.receiver.address) || isSameAddress(found.words, address))
    return true
  return message.replace(found, printAddressWords(address, message.family))
}

function rewriteRport(message: Message, at: number): boolean {
  const found = numberParameter(message, at, 'rport=')
  const { port } = message.translatedReceiver
  if (!found || found.length === 0 || found.value < lowestPort) return true
  return found.value !== message.receiver.port || found.value === port || message.replace(found, String(port))
}

/** An answer to a phone that listens on another port than it sends from. */
function leadToPort(message: Message): HelperVerdict {
  const { work, forcedPort } = message
  if (work.direction === 0 || forcedPort === 0) return null
  if (work.protocol !== udp) return 'an answer over TCP cannot be led to the port that Via named'
  const words = String.fromCharCode(forcedPort >>> 8, forcedPort & 0xff)
  const isLed = message.writeDestinationPort(words)
  return isLed ? null : 'the destination port of an answer cannot be rewritten'
}
