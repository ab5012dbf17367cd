/** UDP: unreplied, replied, and a stream (ASSURED) once it lasted longer than two seconds; nf_conntrack_proto_udp. */

import { readUint16 } from '../../bytes/index.ts'
import { type Packet, Protocol, udpHeaderLength } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'
import { Word } from '../entry.ts'
import { Reason } from '../reason.ts'
import { Change, Status } from '../status.ts'
import { isChecksumChecked, isChecksumRight } from './checksum.ts'
import { Answer } from './tracker.ts'

/** An answered exchange becomes a stream when it goes on after so many milliseconds. */
const streamAfter = 2000

/** Offset in the tracker's words: when it may become a stream. */
const streamMoment = 0

/** Indexes of the timeouts, also of UDP-Lite and GRE. */
export const unreplied = 0
export const replied = 1

function judge(entries: Entries, packet: Packet, transport: number): number {
  const length = packet.end - transport
  if (length < udpHeaderLength) return Reason.shortHeader
  const said = readUint16(packet.bytes, transport + 4)
  if (said > length || said < udpHeaderLength) return Reason.udpLength
  // A checksum of zero is none; conntrack lets it pass in IPv6 too.
  if (!isChecksumChecked(entries, packet) || readUint16(packet.bytes, transport + 6) === 0) return Reason.none
  return isChecksumRight(packet, transport, packet.end, Protocol.udp) ? Reason.none : Reason.checksum
}

/** {@link advance} with a right datagram of an answered connection that stays as it is but for its timeout. False: it does not. */
export function renew(
  entries: Entries,
  entry: number,
  status: number,
  flags: number,
  isReply: boolean,
  length: number,
): boolean {
  const timeouts = entries.timeoutsBy(flags, entries.timeouts.udp)
  const isAssured = (status & Status.assured) !== 0
  if (!isAssured) {
    if ((status & Status.seenReply) === 0) return false
    if (entries.isPast(entries.words[entries.trackerWords(entry) + streamMoment]!)) return false
  }
  entries.renew(entry, status, flags, timeouts[isAssured ? replied : unreplied]!, isReply, length)
  return true
}

export function advance(entries: Entries, packet: Packet, entry: number, transport: number): number {
  const wrong = judge(entries, packet, transport)
  if (wrong !== Reason.none) return wrong
  const status = entries.words[entry + Word.status]!
  const timeouts = entries.timeoutsFor(entry, entries.timeouts.udp)
  const length = packet.end - packet.start
  if ((status & Status.confirmed) === 0) {
    entries.words[entries.trackerWords(entry) + streamMoment] = entries.moment(streamAfter)
  }
  if ((status & Status.seenReply) === 0) {
    entries.refresh(entry, timeouts[unreplied]!, packet.isReply, length)
    return Answer.accept
  }
  if (status & Status.assured) {
    entries.refresh(entry, timeouts[replied]!, packet.isReply, length)
    return Answer.accept
  }
  const isStream = entries.isPast(entries.words[entries.trackerWords(entry) + streamMoment]!)
  entries.refresh(entry, timeouts[isStream ? replied : unreplied]!, packet.isReply, length)
  if (isStream && (status & Status.natClash) === 0) {
    entries.addStatus(entry, Status.assured)
    entries.changed(entry, Change.assured)
  }
  return Answer.accept
}
