/** The expected connection runs between the same hosts as its master, through the same translation (Linux nf_nat_follow_master). */

import type { ExpectedSetup } from './expected.ts'

export const followMaster: ExpectedSetup = {
  name: 'nat-follow-master',
  set({ conntrack, master, translation, source, destination }) {
    const other = translation.direction === 0 ? 1 : 0
    source(conntrack.address(master, other, 1))
    destination(conntrack.address(master, other, 0), translation.savedPort)
  },
}
