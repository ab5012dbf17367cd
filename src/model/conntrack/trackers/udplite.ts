/** UDP-Lite (RFC 3828): like UDP, but ASSURED with the first packet after an answer; nf_conntrack_proto_udp. */

import { readUint16 } from '../../bytes/index.ts'
import { type Packet, Protocol, udpHeaderLength } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'
import { Word } from '../entry.ts'
import { Reason } from '../reason.ts'
import { Change, Status } from '../status.ts'
import { isChecksumChecked, isChecksumRight } from './checksum.ts'
import { Answer } from './tracker.ts'
import { replied, unreplied } from './udp.ts'

function judge(entries: Entries, packet: Packet, transport: number): number {
  const length = packet.end - transport
  if (length < udpHeaderLength) return Reason.shortHeader
  const said = readUint16(packet.bytes, transport + 4)
  if (said !== 0 && (said < udpHeaderLength || said > length)) return Reason.udpliteCoverage
  if (readUint16(packet.bytes, transport + 6) === 0) return Reason.udpliteNoChecksum
  if (!isChecksumChecked(entries, packet)) return Reason.none
  // Linux sums with UDP's protocol number, so that correct UDP-Lite packets are INVALID (fidelity 30).
  const to = transport + (said === 0 ? length : said)
  return isChecksumRight(packet, transport, to, Protocol.udp) ? Reason.none : Reason.checksum
}

export function advance(entries: Entries, packet: Packet, entry: number, transport: number): number {
  const wrong = judge(entries, packet, transport)
  if (wrong !== Reason.none) return wrong
  const status = entries.words[entry + Word.status]!
  const timeouts = entries.timeoutsFor(entry, entries.timeouts.udp)
  const isReplied = (status & Status.seenReply) !== 0
  entries.refresh(entry, timeouts[isReplied ? replied : unreplied]!, packet.isReply, packet.end - packet.start)
  if (isReplied && (status & (Status.assured | Status.natClash)) === 0) {
    entries.addStatus(entry, Status.assured)
    entries.changed(entry, Change.assured)
  }
  return Answer.accept
}
