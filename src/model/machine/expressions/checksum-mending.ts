/** Checksums after a rule has written into a packet (Linux nft_payload_csum_inet, nft_payload_l4csum_update, inet_proto_csum_replace). */

import { readUint16, replaceChecksum, writeUint16 } from '../../bytes/index.ts'
import { type Packet, Protocol } from '../../packet/index.ts'
import { transportAt, transportProtocol } from '../header-position.ts'

/** Mends the checksum at `at` as nft_payload does: a result of zero is written as 0xffff. */
export function mendMangled(bytes: Uint8Array, at: number, before: number, after: number): void {
  const checksum = replaceChecksum(readUint16(bytes, at), before, after)
  writeUint16(bytes, at, checksum === 0 ? 0xffff : checksum)
}

/** Mends a checksum for one 16-bit word that changed, with no exception for zero. */
export const mendWord = (bytes: Uint8Array, at: number, before: number, after: number): void =>
  writeUint16(bytes, at, replaceChecksum(readUint16(bytes, at), before, after))

/** Offsets in their headers of the checksums that cover a pseudo header. */
const pseudoHeaderChecksums: Readonly<Record<number, number>> = {
  [Protocol.tcp]: 16,
  [Protocol.udp]: 6,
  [Protocol.udplite]: 6,
  [Protocol.icmpv6]: 2,
}

/**
 * Offset of the transport checksum that covers the packet's addresses; -1 when there is none to mend (another protocol, a later
 * fragment, a UDP checksum of 0). It may lie behind the packet's end: then the rule does not match, its work half done (observed).
 */
export function pseudoHeaderChecksumAt(packet: Packet): number {
  const header = transportAt(packet)
  const protocol = transportProtocol(packet)
  const offset = pseudoHeaderChecksums[protocol]
  if (header < 0 || offset === undefined) return -1
  const at = header + offset
  if (protocol !== Protocol.udp) return at
  return at + 2 > packet.end || readUint16(packet.bytes, at) === 0 ? -1 : at
}
