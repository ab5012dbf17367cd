/** Answers to a broadcast come from any host of its network; as nf_conntrack_broadcast expects them. */

import { Protocol } from '../../packet/index.ts'
import type { HelperWork } from './helper.ts'

/** Offset and length of an IPv4 header's destination: the bytes that announce the answers. */
const destinationOffset = 16
const addressLength = 4

/**
 * Where a local socket sends to the broadcast address of its interface: expects answers from `port` of any host in that network
 * for `seconds`, and lets the connection live as long. Packets that are passed on for others announce nothing.
 */
export function expectAnswers(work: HelperWork, port: number, seconds: number): void {
  const mask = work.host.broadcastMask(work.packet)
  if (mask === null || work.direction !== 0) return
  const from = work.packet.start + destinationOffset
  // The kernel does not ask whether it could be expected.
  work.expect({
    class: 0,
    protocol: Protocol.udp,
    source: work.address(1, 0),
    sourceMask: mask,
    sourcePort: port,
    destination: work.address(1, 1),
    destinationPort: work.port(1, 1),
    isPermanent: true,
    payloadFrom: from,
    payloadTo: from + addressLength,
  })
  work.refresh(seconds * 1000)
}
