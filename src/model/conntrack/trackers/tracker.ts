/** The shape of a tracker: what one transport protocol adds to an entry. One file per protocol; conntrack.ts holds the table of them. */

import type { Packet } from '../../packet/index.ts'
import type { Entries } from '../entries.ts'

/** What a tracker answers: one of these, or a Reason number (above 0) that makes the packet INVALID. */
export const Answer = {
  accept: 0,
  /** The entry was destroyed to make room for a new connection with the same tuple: look the packet up again. */
  repeat: -1,
} as const

export interface Tracker {
  /**
   * Judges a packet of the entry and moves the entry on: state, timeout, counters. Called for the packet that would open an
   * entry too (the entry is then not confirmed). `transport` is the offset of the transport header, which need not be whole.
   */
  advance(entries: Entries, packet: Packet, entry: number, transport: number): number
}
