/**
 * IRC: a client's private message `\1DCC SEND file 3232235786 5000 1\1` (the address as one decimal number) announces a
 * connection from anyone to the client; as nf_conntrack_irc reads it: only the first message of a segment, only of the client.
 */

import { Protocol } from '../../packet/index.ts'
import { State } from '../status.ts'
import { announce } from './announce.ts'
import { readDecimal } from './decimal.ts'
import type { ExpectationRequest, Helper, HelperVerdict, HelperWork } from './helper.ts'
import { startsWith, startsWithIgnoringCase } from './payload-words.ts'

/** No more of a segment is read. */
const longestSearch = 4095
/** The least that can follow: `PRIVMSG x `; ` :\1DCC CHAT t AAAAAAAA P\1\n`; `AAAAAAAA P\1\n`. */
const leastMessage = 10
const leastCommand = 26
const leastAddress = 12

const command = 'PRIVMSG '
const messageStart = ' :'
const dcc = '\x01DCC '
const offers: readonly string[] = ['SEND ', 'CHAT ', 'MOVE ', 'TSEND ', 'SCHAT ']

const newline = 10
const carriageReturn = 13
const space = 32

interface Offer {
  /** As a word, in the byte order of addresses. */
  readonly address: number
  readonly port: number
  /** The bytes that name both. */
  readonly from: number
  readonly to: number
}

function read(work: HelperWork): HelperVerdict {
  if (work.direction === 1 || work.state !== State.established || work.from >= work.to) return null
  work.packet.joinTo(work.packet.end)
  const { bytes, from } = work
  const end = Math.min(work.to, from + longestSearch)
  const message = findMessage(bytes, from, end)
  const offer = message < 0 ? null : findOffer(bytes, message, end)
  return offer && isOwn(work, offer) ? expectOffer(work, offer) : null
}

/** Behind `PRIVMSG `; -1: it is another command, or too short. */
function findMessage(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end - leastMessage && isBlank(bytes[at]!)) at++
  return at < end - leastMessage && startsWithIgnoringCase(bytes, at, command) ? at + command.length : -1
}

const isBlank = (byte: number): boolean => byte === space || byte === carriageReturn || byte === newline

function findOffer(bytes: Uint8Array, message: number, end: number): Offer | null {
  let at = message
  while (at < end - leastCommand) {
    if (!startsWith(bytes, at, messageStart)) {
      at++
      continue
    }
    at += messageStart.length
    if (!startsWith(bytes, at, dcc)) return null
    at += dcc.length
    const start = at
    const offer = offers.find((words) => startsWith(bytes, start, words))
    if (offer) return readOffer(bytes, at + offer.length, end)
  }
  return null
}

/** A word (the file), the address, blanks, the port; a line end must follow somewhere. */
function readOffer(bytes: Uint8Array, start: number, end: number): Offer | null {
  let at = start
  while (bytes[at++] !== space) if (at > end - leastAddress) return null
  const lineEnd = bytes.indexOf(newline, at)
  if (lineEnd < 0 || lineEnd >= end) return null
  const address = readDecimal(bytes, at, lineEnd)
  let afterBlanks = address.to
  while (bytes[afterBlanks] === space) afterBlanks++
  const port = readDecimal(bytes, afterBlanks, lineEnd)
  return { address: address.value, port: port.value & 0xffff, from: at, to: port.to }
}

/** The client may name itself as it sees itself, or as the server sees it; all else is forged. */
const isOwn = (work: HelperWork, offer: Offer): boolean =>
  offer.port !== 0 && (work.address(0, 0)[0] === offer.address || work.address(1, 1)[0] === offer.address)

/** A translated payload then names the address that the server sees, and a port that is free there. */
function expectOffer(work: HelperWork, offer: Offer): HelperVerdict {
  const destination = work.address(1, 1)
  const request: ExpectationRequest = {
    class: 0,
    protocol: Protocol.tcp,
    source: null,
    destination,
    destinationPort: offer.port,
    payloadFrom: offer.from,
    payloadTo: offer.to,
  }
  const text = (port: number): string => `${destination[0]! >>> 0} ${port}`
  return announce(work, request, 'a DCC connection', { direction: 1, text })
}

export const irc: Helper = {
  name: 'irc',
  protocol: Protocol.tcp,
  families: [4],
  port: 6667,
  policies: ({ irc: { maximumChannels, channelTimeout } }) => [
    { name: 'irc', maximum: maximumChannels, timeoutSeconds: channelTimeout },
  ],
  memoryWords: 0,
  read,
}
