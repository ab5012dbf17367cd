/**
 * DHCPv6 (RFC 8415): what a client sends to the multicast group of servers is answered by an address of a server; as conntrackd's
 * helper reads it.
 */

import { Protocol } from '../../../packet/index.ts'
import type { Helper, HelperVerdict, HelperWork } from '../helper.ts'
import { byteAt, expectWithVerdict, userSpace } from './conntrackd.ts'

const clientPort = 546
const multicast = 0xff
const destinationOffset = 24

/** Seconds that the connection lives on after a message, by its type; 0: as long as it would. */
const lifetimes: readonly number[] = [0, 120, 0, 30, 4, 600, 600, 0, 1, 1, 0, 120, 0, 0]

function read(work: HelperWork): HelperVerdict {
  const { bytes, packet, transport } = work
  if (bytes[packet.start + destinationOffset] !== multicast) return null
  const at = transport + 8
  const type = byteAt(work, at)
  const lifetime = lifetimes[type]
  if (lifetime === undefined) return `a DHCPv6 message has the unknown type ${type}`
  if (lifetime > 0) work.refresh(lifetime * 1000)
  return expectWithVerdict(work, {
    class: 0,
    protocol: Protocol.udp,
    source: null,
    destination: work.address(work.direction, 0),
    destinationPort: clientPort,
    isPermanent: true,
    payloadFrom: at,
    payloadTo: Math.min(at + 1, packet.end),
  })
}

export const dhcpv6: Helper = userSpace({
  name: 'dhcpv6',
  protocol: Protocol.udp,
  families: [6],
  memoryWords: 0,
  maximum: 1,
  timeoutSeconds: 300,
  read,
})
