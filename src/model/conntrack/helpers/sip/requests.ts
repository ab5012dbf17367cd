/** What requests and responses mean for streams and calls: INVITE, UPDATE, ACK, PRACK, BYE, REGISTER (RFC 3261, 3262, 3311). */

import { isSameAddress } from '../address-words.ts'
import type { HelperVerdict } from '../helper.ts'
import { cseq, findHeader, findUri, viaUdp } from './headers.ts'
import { readDescription } from './media.ts'
import { Memory, type Message } from './message.ts'
import { forgetStreams, readRegistration, readRegistrationAnswer } from './registration.ts'
import { rewriteMessage } from './rewrite.ts'
import { hasWord, isAlphabetic, Letter, readNumber } from './text.ts'

interface Method {
  readonly name: string
  readonly request: (message: Message, sequence: number) => HelperVerdict
  /** Null: its responses are not read. */
  readonly response: ((message: Message, sequence: number, code: number) => HelperVerdict) | null
}

/** In the order in which they are tried. */
const methods: readonly Method[] = [
  { name: 'INVITE', request: invite, response: answer },
  { name: 'UPDATE', request: readDescription, response: answer },
  { name: 'ACK', request: readDescription, response: null },
  { name: 'PRACK', request: readDescription, response: answer },
  { name: 'BYE', request: bye, response: null },
  { name: 'REGISTER', request: readRegistration, response: readRegistrationAnswer },
]

/** A call begins, or is changed: what was announced before is void. */
function invite(message: Message, sequence: number): HelperVerdict {
  forgetStreams(message)
  const verdict = readDescription(message)
  if (verdict === null) message.work.memory[Memory.inviteSequence] = sequence
  return verdict
}

function bye(message: Message): HelperVerdict {
  forgetStreams(message)
  return null
}

/** To INVITE, UPDATE or PRACK: a refusal of the last INVITE ends what it announced. */
function answer(message: Message, sequence: number, code: number): HelperVerdict {
  if (code >= 100 && code <= 299) return readDescription(message)
  if (message.work.memory[Memory.inviteSequence]! >>> 0 === sequence) forgetStreams(message)
  return null
}

/** "SIP/2.0 200": nothing shorter is read. */
export const shortestMessage = 11
const responseStart = 'SIP/2.0 '

/** One message: a request, a response, or anything that arrives on the port; then rewrites it under NAT. */
export function readMessage(message: Message): HelperVerdict {
  const isResponse = hasWord(message.bytes, 0, responseStart)
  const verdict = isResponse ? readResponse(message) : readRequest(message)
  return verdict === null && message.work.isTranslated ? rewriteMessage(message) : verdict
}

const noSequence = 'there is no CSeq header that can be read'

/** The CSeq header: its number and where the digits end. */
function readSequence(message: Message): { value: number; end: number; isNumber: boolean } | null {
  const header = findHeader(message, cseq)
  if (!header || header.length === 0) return null
  const { value, end } = readNumber(message, header.from)
  return { value, end: header.from + header.length, isNumber: end > header.from }
}

function readResponse(message: Message): HelperVerdict {
  const { bytes, length } = message
  if (length < shortestMessage) return null
  const code = readNumber(message, responseStart.length).value
  if (code === 0) return 'a response has no status code'
  const sequence = readSequence(message)
  if (!sequence) return noSequence
  if (!sequence.isNumber) return 'the number in the CSeq header is too large'
  const at = sequence.end + 1
  for (const { name, response } of methods) {
    if (response && length >= at + name.length && hasWord(bytes, at, name)) {
      return response(message, sequence.value, code)
    }
  }
  return null
}

function readRequest(message: Message): HelperVerdict {
  const { bytes, length } = message
  notePort(message)
  for (const { name, request } of methods) {
    if (length < name.length + 2 || !hasWord(bytes, 0, name)) continue
    if (bytes[name.length] !== Letter.space || !isAlphabetic(bytes[name.length + 1])) continue
    const sequence = readSequence(message)
    if (!sequence) return noSequence
    if (!sequence.isNumber) return 'the number in the CSeq header is too large'
    return request(message, sequence.value)
  }
  return null
}

/** Some phones send from a high port and listen on another, which their Via tells: answers will be led there under NAT. */
function notePort(message: Message): void {
  const via = findUri(message, viaUdp)
  const { address, port } = message.sender
  if (via && via.port !== port && isSameAddress(via.address, address)) message.work.memory[Memory.forcedPort] = via.port
}
