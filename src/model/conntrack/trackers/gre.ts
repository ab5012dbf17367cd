/** GRE: unreplied and replied, ASSURED with the first packet after an answer; nf_conntrack_proto_gre. */

import type { Packet } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'
import { Word } from '../entry.ts'
import { Change, Status } from '../status.ts'
import { Answer } from './tracker.ts'
import { replied, unreplied } from './udp.ts'

/** Offsets in the tracker's words: the timeouts in force when the entry was made, which stay its own. */
const unrepliedTimeout = 0
const repliedTimeout = 1

export function advance(entries: Entries, packet: Packet, entry: number): number {
  const { words } = entries
  const status = words[entry + Word.status]!
  const at = entries.trackerWords(entry)
  if ((status & Status.confirmed) === 0) {
    const timeouts = entries.timeoutsFor(entry, entries.timeouts.gre)
    words[at + unrepliedTimeout] = timeouts[unreplied]!
    words[at + repliedTimeout] = timeouts[replied]!
  }
  const isReplied = (status & Status.seenReply) !== 0
  const timeout = words[at + (isReplied ? repliedTimeout : unrepliedTimeout)]!
  entries.refresh(entry, timeout, packet.isReply, packet.end - packet.start)
  if (isReplied && (status & (Status.assured | Status.natClash)) === 0) {
    entries.addStatus(entry, Status.assured)
    entries.changed(entry, Change.assured)
  }
  return Answer.accept
}
