/** What conntrack says of a packet, of an entry, and of a change to an entry. The numbers are the kernel's where it has them. */

/** State bits of a packet, as `ct state` compares them. */
export const State = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const

export const stateNames: Readonly<Record<number, string>> = {
  1: 'invalid',
  2: 'established',
  4: 'related',
  8: 'new',
  64: 'untracked',
}

/** Status bits of an entry, IPS_* of linux/netfilter/nf_conntrack_common.h. */
export const Status = {
  expected: 1,
  seenReply: 2,
  assured: 4,
  confirmed: 8,
  sourceNat: 0x10,
  destinationNat: 0x20,
  sequenceAdjust: 0x40,
  sourceNatDone: 0x80,
  destinationNatDone: 0x100,
  dying: 0x200,
  fixedTimeout: 0x400,
  template: 0x800,
  natClash: 0x1000,
  helper: 0x2000,
  offload: 0x4000,
} as const

/** Names by bit number, as nft writes them where it has a name. */
export const statusNames: readonly string[] = [
  'expected',
  'seen-reply',
  'assured',
  'confirmed',
  'snat',
  'dnat',
  'seq-adjust',
  'snat-done',
  'dnat-done',
  'dying',
  'fixed-timeout',
  'template',
  'nat-clash',
  'helper',
  'offload',
  'hw-offload',
]

/** What an event is about. Changes gather on the entry until one of its packets passes confirmation (nf_ct_deliver_cached_events). */
export const Change = {
  new: 1,
  related: 2,
  reply: 4,
  assured: 8,
  protocol: 0x10,
  helper: 0x20,
  mark: 0x40,
  label: 0x80,
  sequenceAdjust: 0x100,
} as const

export const allChanges = 0x1ff

/** The kernel's bit for the end of an entry (IPCT_DESTROY). */
export const destroyEvent = 4

/** {@link Change} bits as the kernel's IPCT_* bits, which `ct event` uses. */
export const eventsOf = (changes: number): number =>
  (changes & (Change.new | Change.related)) |
  ((changes & (Change.reply | Change.assured | Change.protocol | Change.helper | Change.mark)) << 1) |
  (changes & Change.sequenceAdjust) |
  (changes & Change.label ? 0x400 : 0)
