/**
 * Amanda: a client's answer that has a line `CONNECT DATA 1024 MESG 1025 INDEX 1026` names ports that the server connects to; as
 * nf_conntrack_amanda reads it. Each answer also prolongs the life of the master.
 */

import { Protocol } from '../../packet/index.ts'
import { announce } from './announce.ts'
import { readDecimal } from './decimal.ts'
import type { ExpectationRequest, Helper, HelperVerdict, HelperWork } from './helper.ts'
import { findWords } from './payload-words.ts'

const connect = 'CONNECT '
/** Looked for in this order, each from the beginning of the line. */
const channels: readonly string[] = ['DATA ', 'MESG ', 'INDEX ', 'STATE ']
const newline = '\n'
const mostDigits = 5

const what = 'a channel of an Amanda backup'

function read(work: HelperWork): HelperVerdict {
  if (work.direction === 0) return null
  work.refresh(work.parameters.amanda.masterTimeout * 1000)
  const found = indexOf(work, connect, 0)
  if (found < 0) return null
  const line = found + connect.length
  const end = indexOf(work, newline, line)
  return end < 0 ? null : readChannels(work, line, end)
}

/** Offsets are those in the payload: NAT may change its length, and `end` is then still the old one, as in the kernel. */
function readChannels(work: HelperWork, line: number, end: number): HelperVerdict {
  let verdict: HelperVerdict = null
  for (const channel of channels) {
    const found = indexOf(work, channel, line)
    if (found < 0 || found > end) continue
    const at = found + channel.length
    const last = end < at ? at + mostDigits : Math.min(end, at + mostDigits)
    if (work.from + last > work.to) break
    const { value, to } = readDecimal(work.bytes, work.from + at, work.from + last)
    const port = value & 0xffff
    if (port === 0) break
    const request = channelOf(work, port, work.from + at, to)
    const outcome = announce(work, request, what, { direction: 0, text: String })
    // The kernel forgets that one failed when a later one of a translated connection does not.
    verdict = work.isTranslated ? outcome : (outcome ?? verdict)
  }
  return verdict
}

/** From the server, who is the client of the master. */
const channelOf = (work: HelperWork, port: number, from: number, to: number): ExpectationRequest => ({
  class: 0,
  protocol: Protocol.tcp,
  source: work.address(0, 0),
  destination: work.address(0, 1),
  destinationPort: port,
  payloadFrom: from,
  payloadTo: to,
})

/** From the payload's beginning. */
function indexOf(work: HelperWork, words: string, at: number): number {
  const found = findWords(work.bytes, work.from + at, work.to, words)
  return found < 0 ? -1 : found - work.from
}

export const amanda: Helper = {
  name: 'amanda',
  protocol: Protocol.udp,
  families: [4, 6],
  port: 10_080,
  policies: () => [{ name: 'amanda', maximum: 4, timeoutSeconds: 180 }],
  memoryWords: 0,
  read,
}
