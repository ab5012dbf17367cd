/** TPKT (RFC 1006 section 6): the frames of Q.931 and H.245 in TCP, as nf_conntrack_h323 finds them in single segments. */

import { readUint16 } from '../../../bytes/index.ts'
import { tcpHeaderLength } from '../../../packet/index.ts'
import { State } from '../../status.ts'
import type { HelperVerdict, HelperWork } from '../helper.ts'
import type { Decoded } from './decode.ts'
import { announcedLength, rememberLength } from './memory.ts'
import type { Message } from './message.ts'

const headerLength = 4
const version = 0x0300

interface Frame {
  /** Where its content begins, from the transport header. */
  readonly data: number
  readonly length: number
  /** The same from the beginning of the payload. */
  readonly offset: number
}

/** Reads message by message, until one is malformed: the others of the segment are then ignored, too. */
export function readFrames(
  work: HelperWork,
  decode: (bytes: Uint8Array) => Decoded | null,
  follow: (message: Message, decoded: Decoded) => HelperVerdict,
): HelperVerdict {
  if (work.state !== State.established || work.transport + tcpHeaderLength > work.to) return null
  let frame = firstFrame(work)
  while (frame) {
    const from = work.transport + frame.data
    const decoded = decode(work.bytes.subarray(from, from + frame.length))
    if (!decoded) return null
    const message: Message = { work, data: frame.data, offset: frame.offset }
    const verdict = follow(message, decoded)
    if (verdict !== null) return verdict
    frame = nextFrame(work, { ...frame, data: message.data })
  }
  return null
}

/** Of a connection over UDP (H.245 by rule) the same bits are read, whatever they mean there. */
const payloadOf = ({ bytes, transport }: HelperWork): number => (bytes[transport + 12]! >>> 4) << 2

/** A header may come alone: its content is then the next segment, or the beginning of that. */
function firstFrame(work: HelperWork): Frame | null {
  const start = payloadOf(work)
  const left = work.to - work.transport - start
  const announced = announcedLength(work, work.direction)
  rememberLength(work, work.direction, 0)
  if (left <= 0) return null
  if (left >= headerLength && isHeader(work, start)) return frameAt(work, start, 0, left)
  return announced > 0 && announced <= left ? { data: start, length: announced, offset: 0 } : null
}

function nextFrame(work: HelperWork, last: Frame): Frame | null {
  const offset = last.offset + last.length
  const left = work.to - work.transport - payloadOf(work) - offset
  const at = last.data + last.length
  return left > headerLength && isHeader(work, at) ? frameAt(work, at, offset, left) : null
}

const isHeader = ({ bytes, transport }: HelperWork, at: number): boolean =>
  readUint16(bytes, transport + at) === version

/** A frame that goes on in the next segment is ignored, and so is the rest of it there. */
function frameAt(work: HelperWork, at: number, offset: number, left: number): Frame | null {
  const length = readUint16(work.bytes, work.transport + at + 2)
  if (length < headerLength) return null
  if (length <= left) return { data: at + headerLength, length: length - headerLength, offset: offset + headerLength }
  if (left === headerLength) rememberLength(work, work.direction, length - headerLength)
  return null
}
