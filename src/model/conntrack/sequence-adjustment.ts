/**
 * TCP sequence numbers after NAT has changed the length of a payload: what each direction is shifted by, and mending the segments
 * that follow (Linux nf_conntrack_seqadj; SACK: RFC 2018).
 */

import { readInt32, readUint16, replaceChecksum, writeUint16, writeUint32 } from '../bytes/index.ts'
import type { Packet } from '../packet/index.ts'
import { TcpFlag, TcpOption, tcpHeaderLength } from '../packet/index.ts'
import { isBefore } from './trackers/tcp-window.ts'

/** Of one direction. Only the latest change is known exactly: what was sent before it is shifted by `before`. */
export interface SequenceShift {
  /** Sequence number, as the sender writes it, of the segment that was changed last. */
  position: number
  /** Added to sequence numbers up to `position`. */
  before: number
  /** Added to those behind it. */
  after: number
}

/** By direction. */
export type SequenceAdjustment = readonly [SequenceShift, SequenceShift]

export const makeAdjustment = (): SequenceAdjustment => [
  { position: 0, before: 0, after: 0 },
  { position: 0, before: 0, after: 0 },
]

/** Notes that a segment's payload became longer by `difference`. A change before the last one known is not kept. */
export function noteChange(shift: SequenceShift, sequence: number, difference: number): void {
  if (shift.before !== shift.after && !isBefore(shift.position, sequence)) return
  shift.position = sequence
  shift.before = shift.after
  shift.after = (shift.after + difference) | 0
}

const isBehind = (sequence: number, position: number): boolean => isBefore(position, sequence)

/** What a number that the sender wrote is shifted by. */
export const shiftOf = (shift: SequenceShift, sequence: number): number =>
  isBehind(sequence, shift.position) ? shift.after : shift.before

/** What the peer's acknowledgment of a shifted number is shifted by. */
const shiftOfAcknowledged = (shift: SequenceShift, acknowledged: number): number =>
  isBehind((acknowledged - shift.before) | 0, shift.position) ? shift.after : shift.before

/** Shifts a segment's sequence number, acknowledgment and SACK blocks. False: its options are malformed, and it is dropped. */
export function adjustSegment(
  packet: Packet,
  transport: number,
  adjustment: SequenceAdjustment,
  direction: 0 | 1,
): boolean {
  const { bytes, end } = packet
  if (transport + tcpHeaderLength > end) return false
  packet.joinTo(transport + tcpHeaderLength)
  const own = adjustment[direction]
  const other = adjustment[direction === 0 ? 1 : 0]
  const sequence = readInt32(bytes, transport + 4)
  replaceNumber(bytes, transport, transport + 4, (sequence + shiftOf(own, sequence)) | 0)
  if ((bytes[transport + 13]! & TcpFlag.ack) === 0) return true
  const acknowledgment = readInt32(bytes, transport + 8)
  replaceNumber(bytes, transport, transport + 8, (acknowledgment - shiftOfAcknowledged(other, acknowledgment)) | 0)
  return adjustBlocks(packet, transport, other)
}

function adjustBlocks({ bytes, end }: Packet, transport: number, other: SequenceShift): boolean {
  const optionsEnd = transport + ((bytes[transport + 12]! >>> 4) << 2)
  if (optionsEnd > end) return false
  let at = transport + tcpHeaderLength
  while (at < optionsEnd) {
    const kind = bytes[at]!
    if (kind === TcpOption.end) return true
    if (kind === TcpOption.noOperation) {
      at++
      continue
    }
    const size = at + 1 < optionsEnd ? bytes[at + 1]! : 0
    if (size < 2 || at + size > optionsEnd) return false
    if (kind === TcpOption.sack && size >= 10 && (size - 2) % 8 === 0) {
      for (let edge = at + 2; edge < at + size; edge += 4) {
        const value = readInt32(bytes, edge)
        replaceNumber(bytes, transport, edge, (value - shiftOfAcknowledged(other, value)) | 0)
      }
    }
    at += size
  }
  return true
}

/** Writes a 32-bit word and mends the TCP checksum for it, wrong or right as it was. */
function replaceNumber(bytes: Uint8Array, transport: number, at: number, value: number): void {
  const before = readUint16(bytes, at) + readUint16(bytes, at + 2)
  writeUint32(bytes, at, value)
  const after = readUint16(bytes, at) + readUint16(bytes, at + 2)
  writeUint16(bytes, transport + 16, replaceChecksum(readUint16(bytes, transport + 16), before, after))
}
