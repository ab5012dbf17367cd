/** Whether a transport checksum is right: for the local stack, and for rejects, which answer only packets that are whole. */

import { fold, readUint16, sumPseudoHeader, sumWords } from '../bytes/index.ts'
import type { Packet } from '../packet/index.ts'
import { Protocol } from '../packet/index.ts'

/** The sum over the segment folds to 0xffff; the pseudo header counts when `hasPseudoHeader`. */
export function isSegmentSumRight(packet: Packet, hasPseudoHeader: boolean): boolean {
  if (packet.isChecksumTrusted) return true
  const { bytes, start, transport, end } = packet
  const from = packet.family === 4 ? start + 12 : start + 8
  const to = packet.family === 4 ? start + 20 : start + 40
  const pseudo = hasPseudoHeader ? sumPseudoHeader(bytes, from, to, end - transport, packet.protocol) : 0
  return fold(sumWords(bytes, transport, end, pseudo)) === 0xffff
}

/** The same for a checksum that covers only the first bytes of the segment (UDP-Lite). */
export function isCoveredSumRight(packet: Packet, coverage: number): boolean {
  if (packet.isChecksumTrusted) return true
  const { bytes, start, transport, end } = packet
  const from = packet.family === 4 ? start + 12 : start + 8
  const to = packet.family === 4 ? start + 20 : start + 40
  const pseudo = sumPseudoHeader(bytes, from, to, end - transport, packet.protocol)
  return fold(sumWords(bytes, transport, transport + coverage, pseudo)) === 0xffff
}

/** Protocols whose checksum is not one sum over all of the payload, or is left out (Linux nf_reject_verify_csum). */
function isUnverifiable(packet: Packet): boolean {
  const { bytes, transport, end, protocol } = packet
  if (protocol === Protocol.udp) return transport + 8 <= end && readUint16(bytes, transport + 6) === 0
  return (
    protocol === Protocol.gre ||
    protocol === Protocol.authentication ||
    protocol === Protocol.esp ||
    protocol === Protocol.sctp ||
    protocol === Protocol.udplite
  )
}

/** Whether a reject may answer the packet: protocols that nobody knows are summed as well, so they are rarely answered. */
export function isRejectable(packet: Packet): boolean {
  if (packet.transport < 0 || packet.transport > packet.end) return false
  if (packet.family === 6 && packet.transport === packet.end) return false
  if (isUnverifiable(packet)) return true
  const hasPseudoHeader = packet.family === 6 || packet.protocol === Protocol.tcp || packet.protocol === Protocol.udp
  // Nothing but zeros passes where there is no pseudo header.
  const { bytes, transport, end } = packet
  return isSegmentSumRight(packet, hasPseudoHeader) || (!hasPseudoHeader && sumWords(bytes, transport, end) === 0)
}
