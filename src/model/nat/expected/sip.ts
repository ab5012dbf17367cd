/** Calls and media streams that SIP announced go on to where the phone really listens (Linux nf_nat_sip). */

import type { AddressWords } from '../../conntrack/index.ts'
import type { ExpectedConnection, ExpectedSetup } from './expected.ts'

/** The class of calls; the others are streams. */
const signalling = 0

const isSame = (one: AddressWords, other: AddressWords): boolean => one.every((word, i) => word === other[i])

export const sip: ExpectedSetup = {
  name: 'sip',
  set(connection) {
    const { conntrack, entry, master, expectation, translation, source, destination } = connection
    const { direction, savedAddress, savedPort } = translation
    destination(savedAddress ?? new Int32Array(4), savedPort)
    const paired = expectation.class === signalling ? null : findPair(connection)
    if (paired) return source(paired.destination, paired.destinationPort)
    // Nobody announced the stream's other end: it comes from where the master's peer is, if it does.
    if (!isSame(conntrack.address(entry, 0, 0), conntrack.address(master, direction, 0))) return
    source(conntrack.address(master, direction === 0 ? 1 : 0, 1))
  },
}

/** What the same call announced about the sender of this stream, whose packets look as if they came from there. */
function findPair({
  conntrack,
  entry,
  master,
  expectation,
}: ExpectedConnection): ExpectedConnection['expectation'] | undefined {
  const sender = conntrack.address(entry, 0, 0)
  const port = conntrack.port(entry, 0, 0)
  return conntrack.expectationsOf(master).find(({ kind, translation }) => {
    const { savedAddress, savedPort } = translation ?? { savedAddress: null, savedPort: 0 }
    return kind === expectation.kind && port === savedPort && isSame(sender, savedAddress ?? new Int32Array(4))
  })
}
