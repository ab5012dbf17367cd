/** A forwarded call to an endpoint behind NAT (Linux ip_nat_callforwarding_expect): to the address that the Facility named. */

import type { ExpectedSetup } from './expected.ts'

export const callForwarding: ExpectedSetup = {
  name: 'callforwarding',
  set({ conntrack, entry, translation, source, destination }) {
    const { direction, savedAddress, savedPort } = translation
    source(conntrack.address(entry, direction === 0 ? 1 : 0, 0))
    if (savedAddress) destination(savedAddress, savedPort)
  },
}
