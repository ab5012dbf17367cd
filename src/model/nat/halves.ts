/** The two halves of an address translation: what NAT does to the source, and what it does to the destination of a connection. */

import { Status } from '../conntrack/index.ts'

/** Numbers of the kernel's NF_NAT_MANIP_*. */
export const Translated = { source: 0, destination: 1 } as const
export type TranslatedNumber = (typeof Translated)[keyof typeof Translated]

/** Status bit that says that this half differs from what the connection came with. */
export const changedBit = (half: TranslatedNumber): number =>
  half === Translated.source ? Status.sourceNat : Status.destinationNat

/** Status bit that says that this half is settled, translated or not. */
export const settledBit = (half: TranslatedNumber): number =>
  half === Translated.source ? Status.sourceNatDone : Status.destinationNatDone

export const settledBits: number = Status.sourceNatDone | Status.destinationNatDone
export const changedBits: number = Status.sourceNat | Status.destinationNat
