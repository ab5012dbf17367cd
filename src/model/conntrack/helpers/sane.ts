/**
 * SANE: the answer to a client's request to start scanning names the port that the picture is sent from (the SANE network
 * protocol, SANE_NET_START); as nf_conntrack_sane reads it. NAT leaves its payload alone.
 */

import { readInt32, readUint16 } from '../../bytes/index.ts'
import { Protocol } from '../../packet/index.ts'
import { State } from '../status.ts'
import type { Helper, HelperVerdict, HelperWork } from './helper.ts'
import { refusalWords } from './refusal-words.ts'

/** Word of the memory: 1 after a request to start, until the server answers. */
const isStartRequested = 0

/** A request is this long: its code and a handle. An answer is at least this long: status, 16 bits of zero, the port. */
const messageLength = 8
const startCode = 7
const portOffset = 6

function read(work: HelperWork): HelperVerdict {
  if (work.state !== State.established || work.from >= work.to) return null
  if (work.direction === 1) return readAnswer(work)
  if (work.to - work.from === messageLength) {
    work.memory[isStartRequested] = readInt32(work.bytes, work.from) === startCode ? 1 : 0
  }
  return null
}

function readAnswer(work: HelperWork): HelperVerdict {
  const { bytes, from, to, memory } = work
  if (memory[isStartRequested] === 0) return null
  memory[isStartRequested] = 0
  if (to - from < messageLength) return null
  const isRefused = readInt32(bytes, from) !== 0
  if (isRefused || readUint16(bytes, from + 4) !== 0) return null
  const refusal = work.expect({
    class: 0,
    protocol: Protocol.tcp,
    source: work.address(0, 0),
    destination: work.address(0, 1),
    destinationPort: readUint16(bytes, from + portOffset),
    payloadFrom: from + portOffset,
    payloadTo: from + messageLength,
  })
  return refusal && refusalWords('the data connection of a SANE scan', refusal)
}

export const sane: Helper = {
  name: 'sane',
  protocol: Protocol.tcp,
  families: [4, 6],
  port: 6566,
  policies: () => [{ name: 'sane', maximum: 1, timeoutSeconds: 300 }],
  memoryWords: 1,
  read,
}
