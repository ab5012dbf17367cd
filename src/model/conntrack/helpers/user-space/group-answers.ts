/** Answers to what was sent to a group come from any address: the helpers of conntrackd that look at nothing but ports. */

import { Protocol } from '../../../packet/index.ts'
import type { HelperVerdict, HelperWork } from '../helper.ts'
import { expectWithVerdict } from './conntrackd.ts'

const portsLength = 4

/** From the port that the packet goes to, of any address, to where it comes from; whatever packet of the connection it is. */
export function expectFromAnyone(work: HelperWork): HelperVerdict {
  const { direction, transport } = work
  return expectWithVerdict(work, {
    class: 0,
    protocol: Protocol.udp,
    source: null,
    sourcePort: work.port(direction === 0 ? 1 : 0, 0),
    destination: work.address(direction, 0),
    destinationPort: work.port(direction, 0),
    isPermanent: true,
    payloadFrom: transport,
    payloadTo: transport + portsLength,
  })
}
