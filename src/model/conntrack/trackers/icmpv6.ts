/** ICMPv6 queries (echo, node information): as in IPv4; nf_conntrack_proto_icmpv6. Errors: icmp-error.ts. */

import type { Packet } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'
import { Word } from '../entry.ts'
import { isIcmpv6Request } from '../icmp-types.ts'
import { Reason } from '../reason.ts'
import { Status } from '../status.ts'
import { Answer } from './tracker.ts'

export function advance(entries: Entries, packet: Packet, entry: number, transport: number): number {
  if (packet.family !== 6) return Reason.icmpWrongFamily
  const isConfirmed = (entries.words[entry + Word.status]! & Status.confirmed) !== 0
  if (!isConfirmed && !isIcmpv6Request(packet.bytes[transport]!)) return Reason.icmpNotRequest
  const timeouts = entries.timeoutsFor(entry, entries.timeouts.icmpv6)
  entries.refresh(entry, timeouts[0]!, packet.isReply, packet.end - packet.start)
  return Answer.accept
}
