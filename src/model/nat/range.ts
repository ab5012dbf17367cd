/** What a rule asks for: the addresses and ports that a connection may be translated to (kernel nf_nat_range2). */

import type { HookVerdictNumber, Packet } from '../packet/index.ts'

/** Addresses are four words each, IPv4 in the first. Rules reuse one range for every packet: keep nothing of it. */
export interface NatRange {
  hasAddresses: boolean
  readonly minimumAddress: Int32Array
  readonly maximumAddress: Int32Array
  hasPorts: boolean
  minimumPort: number
  maximumPort: number
  /** `random`: the port is chosen at random from the range. */
  isRandom: boolean
  isFullyRandom: boolean
  /** A client gets the same address for every destination. */
  isPersistent: boolean
  /** The network part is exchanged, the host part kept (`snat prefix to`, NETMAP). */
  isNetmap: boolean
  /** iptables' shifted port ranges: where the range of original ports begins; -1: not shifted. */
  basePort: number
}

export const makeRange = (): NatRange => ({
  hasAddresses: false,
  minimumAddress: new Int32Array(4),
  maximumAddress: new Int32Array(4),
  hasPorts: false,
  minimumPort: 0,
  maximumPort: 0,
  isRandom: false,
  isFullyRandom: false,
  isPersistent: false,
  isNetmap: false,
  basePort: -1,
})

/** What the nat statement of a rule calls; its answer is the rule's verdict: accept, or drop where nothing is free. */
export interface RuleNat {
  source(packet: Packet, range: NatRange): HookVerdictNumber
  destination(packet: Packet, range: NatRange): HookVerdictNumber
  /** To the address of the interface that the packet leaves by; only the range's ports and flags count. */
  masquerade(packet: Packet, range: NatRange): HookVerdictNumber
  /** To an address of this host; only the range's ports and flags count. */
  redirect(packet: Packet, range: NatRange): HookVerdictNumber
}
