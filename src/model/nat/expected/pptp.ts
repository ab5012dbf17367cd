/**
 * A GRE flow of a PPTP call runs between the hosts of its control connection, and the client's call id is exchanged for the one
 * that the server knows (Linux nf_nat_pptp): as source key towards the server, as destination key towards the client.
 */

import type { ExpectedSetup } from './expected.ts'

export const pptp: ExpectedSetup = {
  name: 'pptp',
  set({ conntrack, master, translation, source, destination }) {
    const { direction, savedPort } = translation
    const other = direction === 0 ? 1 : 0
    source(conntrack.address(master, other, 1), direction === 0 ? savedPort : undefined)
    destination(conntrack.address(master, other, 0), direction === 1 ? savedPort : undefined)
  },
}
