/** When NAT may take the ports of a finished TCP connection for a new one (Linux nf_nat_may_kill, nf_seq_has_advanced). */

import { Protocol } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'
import { Status } from '../status.ts'
import { TcpState } from './tcp-states.ts'
import { isBefore, SideWord, TcpWord } from './tcp-window.ts'

/** A TCP connection of which only a SYN was seen. */
export const isOpening = (entries: Entries, entry: number): boolean =>
  entries.protocol(entry) === Protocol.tcp &&
  (entries.words[entries.trackerWords(entry) + TcpWord.state]! & 15) === TcpState.synSent

/** The old one is over and had its source translated, and the new one begins behind its sequence numbers: none can be confused. */
export function canReplace(entries: Entries, old: number, made: number): boolean {
  const status = entries.status(old)
  if ((status & (Status.fixedTimeout | Status.dying)) !== 0 || (status & Status.sourceNat) === 0) return false
  const { words } = entries
  const at = entries.trackerWords(old)
  if ((words[at + TcpWord.state]! & 15) < TcpState.timeWait) return false
  const end = TcpWord.side + SideWord.end
  return isBefore(words[at + end]!, words[entries.trackerWords(made) + end]!)
}
