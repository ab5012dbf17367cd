/** What a peer reads in a packet that reached it: addresses, ports and payload, wherever translation has put them. */

import { readUint16 } from '../../../model/bytes/index.ts'
import { decode, destinationText, Malformed, Packet, Protocol, sourceText } from '../../../model/packet/index.ts'

export interface Seen {
  readonly from: string
  readonly to: string
  readonly protocol: number
  /** The first and second 16 bits of the transport header, whatever the protocol; 0 where it is too short. */
  readonly fromPort: number
  readonly toPort: number
  /** The transport header and all behind it. */
  readonly segment: Uint8Array
  /** Behind the transport header of TCP and UDP; behind 8 bytes of any other. */
  readonly payload: Uint8Array
}

/** Null for fragments behind the first, and for what no peer could read. */
export function readSeen(bytes: Uint8Array): Seen | null {
  const packet = new Packet()
  packet.bytes = bytes
  if (decode(packet, bytes.length) !== Malformed.none || packet.transport < 0) return null
  const segment = bytes.slice(packet.transport, packet.end)
  const { protocol } = packet
  return {
    from: sourceText(packet),
    to: destinationText(packet),
    protocol,
    fromPort: segment.length >= 4 ? readUint16(segment, 0) : 0,
    toPort: segment.length >= 4 ? readUint16(segment, 2) : 0,
    segment,
    payload: segment.subarray(protocol === Protocol.tcp ? ((segment[12] ?? 0) >>> 4) * 4 : 8),
  }
}
