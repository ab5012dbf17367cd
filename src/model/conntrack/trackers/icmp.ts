/** ICMP queries: only requests open an entry, requests and replies renew it; nf_conntrack_proto_icmp. Errors: icmp-error.ts. */

import type { Packet } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'
import { Word } from '../entry.ts'
import { isIcmpRequest } from '../icmp-types.ts'
import { Reason } from '../reason.ts'
import { Status } from '../status.ts'
import { Answer } from './tracker.ts'

export function advance(entries: Entries, packet: Packet, entry: number, transport: number): number {
  if (packet.family !== 4) return Reason.icmpWrongFamily
  const isConfirmed = (entries.words[entry + Word.status]! & Status.confirmed) !== 0
  if (!isConfirmed && !isIcmpRequest(packet.bytes[transport]!)) return Reason.icmpNotRequest
  const timeouts = entries.timeoutsFor(entry, entries.timeouts.icmp)
  entries.refresh(entry, timeouts[0]!, packet.isReply, packet.end - packet.start)
  return Answer.accept
}
