/** Which bytes of a packet a helper may read: TCP data of an answered connection, or a datagram's data. */

import { readInt32 } from '../bytes/index.ts'
import { type Packet, Protocol, tcpHeaderLength, udpHeaderLength } from '../packet/index.ts'
import type { Entries } from './entries.ts'
import type { Payload } from './helpers/helper.ts'
import { Reason } from './reason.ts'
import { State } from './status.ts'
import { findTransport4, findTransport6, found } from './tuple.ts'

/** Null where there is none. */
export function readPayload(entries: Entries, packet: Packet, entry: number): Payload | null {
  const { bytes, start, end, family } = packet
  const reason = family === 6 ? findTransport6(bytes, start, end) : findTransport4(bytes, start, end)
  const { transport, protocol } = found
  // An ICMP error goes by the name of the entry that it is about.
  if (reason !== Reason.none || protocol !== entries.protocol(entry)) return null
  const direction = packet.isReply ? 1 : 0
  const shared = { bytes, to: end, family: entries.family(entry), direction } as const
  if (protocol === Protocol.udp) {
    const from = transport + udpHeaderLength
    return from < end ? { ...shared, from, sequence: 0 } : null
  }
  if (protocol !== Protocol.tcp || packet.state !== State.established || transport + tcpHeaderLength > end) return null
  const from = transport + ((bytes[transport + 12]! >>> 4) << 2)
  return from < end ? { ...shared, from, sequence: readInt32(bytes, transport + 4) } : null
}
