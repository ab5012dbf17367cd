/** Every protocol without a tracker of its own (ESP, IGMP, OSPF, DCCP since 6.17): one entry per pair of addresses. */

import type { Packet } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'
import { Answer } from './tracker.ts'

export function advance(entries: Entries, packet: Packet, entry: number): number {
  const timeouts = entries.timeoutsFor(entry, entries.timeouts.generic)
  entries.refresh(entry, timeouts[0]!, packet.isReply, packet.end - packet.start)
  return Answer.accept
}
