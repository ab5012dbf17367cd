/**
 * Sun RPC's port mapper (RFC 1833 section 3): the answer to a call of GETPORT names the port of a program; as conntrackd's helper
 * reads it. One call may wait for its answer.
 */

import { Protocol } from '../../../packet/index.ts'
import { State } from '../../status.ts'
import type { Helper, HelperVerdict, HelperWork } from '../helper.ts'
import { expectAtOnce, userSpace, wordAt } from './conntrackd.ts'

/** Words of the memory: transaction and protocol of the call that waits. */
const Memory = { transaction: 0, protocol: 1 } as const

const Message = { call: 0, answer: 1 } as const
/** What a call must say, word by word: version of RPC, program and version of the port mapper, procedure GETPORT. */
const callWords: readonly number[] = [2, 100_000, 2, 3]
const longestAuthentication = 400
/** Flavour and length, before the bytes of a credential or verifier. */
const authenticationHeader = 8
/** Program, version, protocol, port. */
const mappingLength = 16
/** RFC 5531 section 11: before a message in a TCP stream. */
const recordMarkLength = 4

const what = 'the port of an RPC program'

function read(work: HelperWork): HelperVerdict {
  const isStream = work.protocol === Protocol.tcp
  if (isStream && work.state !== State.established) return null
  const from = work.from + (isStream ? recordMarkLength : 0)
  if (work.packet.end < from + 8) return null
  const transaction = wordAt(work, from)
  const kind = wordAt(work, from + 4)
  const { memory } = work
  if (kind === Message.call && work.direction === 0) {
    memory[Memory.transaction] = isGetPort(work, from + 8) ? transaction : 0
    return null
  }
  let verdict: HelperVerdict = null
  // Also where nothing waits, an answer whose transaction is 0 counts.
  if (kind === Message.answer && work.direction === 1 && transaction === memory[Memory.transaction]! >>> 0)
    verdict = readAnswer(work, from + 8)
  memory[Memory.transaction] = 0
  return verdict
}

/** Notes the protocol even where it is none that is supported. */
function isGetPort(work: HelperWork, from: number): boolean {
  const { end } = work.packet
  const credential = from + 4 * callWords.length
  if (end < credential + 2 * authenticationHeader) return false
  if (callWords.some((word, i) => wordAt(work, from + 4 * i) !== word)) return false
  const verifier = skipAuthentication(work, credential)
  if (verifier < 0 || end < verifier + authenticationHeader) return false
  const mapping = skipAuthentication(work, verifier)
  if (mapping < 0 || end !== mapping + mappingLength) return false
  const protocol = wordAt(work, mapping + 8)
  work.memory[Memory.protocol] = protocol
  return isSupported(protocol) && wordAt(work, mapping + 12) === 0
}

const isSupported = (protocol: number): boolean => protocol === Protocol.tcp || protocol === Protocol.udp

/** Offset behind a credential or verifier, which is filled up to whole words; -1: it is too long. */
function skipAuthentication(work: HelperWork, from: number): number {
  const length = wordAt(work, from + 4)
  return length > longestAuthentication ? -1 : from + authenticationHeader + ((length + 3) & ~3)
}

/** Accepted (0), a verifier, success (0), the port. */
function readAnswer(work: HelperWork, from: number): HelperVerdict {
  const { end } = work.packet
  if (end < from + 4 + authenticationHeader || wordAt(work, from) !== 0) return null
  const status = skipAuthentication(work, from + 4)
  if (status < 0 || end !== status + 8 || wordAt(work, status) !== 0) return null
  const port = wordAt(work, status + 4) & 0xffff
  return port === 0 ? null : expectProgram(work, port, status + 4)
}

function expectProgram(work: HelperWork, port: number, at: number): HelperVerdict {
  const protocol = work.memory[Memory.protocol]!
  if (!isSupported(protocol)) return `${what} cannot be expected: no call asked for one over TCP or UDP`
  const request = {
    class: 0,
    protocol,
    source: work.address(0, 0),
    destination: work.address(0, 1),
    destinationPort: port,
    isPermanent: true,
    payloadFrom: at,
    payloadTo: at + 4,
  }
  const translation = { name: 'nat-follow-master', direction: 0, savedAddress: null, savedPort: port } as const
  return expectAtOnce(work, work.isTranslated ? { ...request, translation } : request, what)
}

const rpc = (protocol: number): Helper =>
  userSpace({ name: 'rpc', protocol, families: [4, 6], memoryWords: 2, maximum: 1, timeoutSeconds: 300, read })

export const rpcTcp: Helper = rpc(Protocol.tcp)
export const rpcUdp: Helper = rpc(Protocol.udp)
