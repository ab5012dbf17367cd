/** SIP over TCP: as many whole messages as a segment holds, told apart by Content-Length (RFC 3261, section 18.3). */

import type { HelperVerdict, HelperWork } from '../helper.ts'
import { startsWith } from '../payload-words.ts'
import { contentLength, findHeader } from './headers.ts'
import { Message } from './message.ts'
import { readMessage } from './requests.ts'
import { readNumber } from './text.ts'

const headEnd = '\r\n\r\n'

/** The segment begins with a message; one that continues in the next segment is not read at all. */
export function readSegment(work: HelperWork): HelperVerdict {
  let offset = 0
  let growth = 0
  while (true) {
    const rest = work.to - work.from - offset
    const length = messageLength(new Message(work, offset, rest))
    if (length === null) break
    // What was rewritten before it is then not accounted for: later sequence numbers do not fit, in the kernel too.
    if (length > rest) return null
    const message = new Message(work, offset, length)
    const verdict = readMessage(message)
    if (verdict !== null) return verdict
    growth += message.length - length
    offset += message.length
  }
  if (work.isTranslated && growth !== 0) work.adjustSequence(work.sequence, growth)
  return null
}

/** Head and body; null where the head does not tell. */
function messageLength(message: Message): number | null {
  const header = findHeader(message, contentLength)
  if (!header || header.length === 0) return null
  const { value, end } = readNumber(message, header.from)
  if (end === header.from || value > message.length) return null
  for (let at = end; at + headEnd.length <= message.length; at++) {
    if (startsWith(message.bytes, at, headEnd)) return at + headEnd.length + value
  }
  return null
}
