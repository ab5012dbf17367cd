/**
 * A call to an endpoint that registered from behind NAT (Linux ip_nat_q931_expect): from the gatekeeper as its registration runs, from
 * anyone else with the caller's address left as it is.
 */

import type { ExpectedSetup } from './expected.ts'
import { followMaster } from './follow-master.ts'

export const q931: ExpectedSetup = {
  name: 'Q.931',
  set(connection) {
    const { conntrack, entry, master, expectation, translation, source, destination } = connection
    if (expectation.source[0] !== 0) {
      followMaster.set(connection)
      return
    }
    const other = translation.direction === 0 ? 1 : 0
    source(conntrack.address(entry, other, 0))
    destination(conntrack.address(master, other, 0), translation.savedPort)
  },
}
