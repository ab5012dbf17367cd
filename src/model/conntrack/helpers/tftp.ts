/**
 * TFTP: a request to read or write (RFC 1350 section 5) announces an answer from any port of the server; as nf_conntrack_tftp reads
 * it, which looks at nothing but the opcode, and at both directions alike.
 */

import { readUint16 } from '../../bytes/index.ts'
import { Protocol } from '../../packet/index.ts'
import type { ExpectationRequest, Helper, HelperVerdict, HelperWork } from './helper.ts'
import { refusalWords } from './refusal-words.ts'

const Opcode = { readRequest: 1, writeRequest: 2 } as const
const opcodeLength = 2

function read(work: HelperWork): HelperVerdict {
  if (work.to - work.from < opcodeLength) return null
  const opcode = readUint16(work.bytes, work.from)
  if (opcode !== Opcode.readRequest && opcode !== Opcode.writeRequest) return null
  const refusal = work.expect(transferOf(work))
  return refusal && refusalWords('the transfer of a TFTP request', refusal)
}

/** From the server to the client's own port, whoever sent the request. */
const transferOf = (work: HelperWork): ExpectationRequest => ({
  class: 0,
  protocol: Protocol.udp,
  source: work.address(1, 0),
  destination: work.address(1, 1),
  destinationPort: work.port(1, 1),
  translation: work.isTranslated
    ? { name: 'nat-follow-master', direction: 1, savedAddress: null, savedPort: work.port(0, 0) }
    : null,
  payloadFrom: work.from,
  payloadTo: work.from + opcodeLength,
})

export const tftp: Helper = {
  name: 'tftp',
  protocol: Protocol.udp,
  families: [4, 6],
  port: 69,
  policies: () => [{ name: 'tftp', maximum: 1, timeoutSeconds: 300 }],
  memoryWords: 0,
  read,
}
