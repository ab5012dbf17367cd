/** Conntrack's state bits by name; {@link stateNames} has the names. */

import type { StateName } from './judgment.ts'

/** NF_CT_STATE_*_BIT as nft compares them; those of `State` in conntrack. */
export const stateBits: Readonly<Record<StateName, number>> = {
  invalid: 1,
  established: 2,
  related: 4,
  new: 8,
  untracked: 64,
}

/** Name of a state bit; null for 0, a packet that conntrack never saw. */
export function stateName(bit: number): StateName | null {
  if (bit === stateBits.established) return 'established'
  if (bit === stateBits.new) return 'new'
  if (bit === stateBits.related) return 'related'
  if (bit === stateBits.invalid) return 'invalid'
  return bit === stateBits.untracked ? 'untracked' : null
}
