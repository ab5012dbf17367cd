/** What a reject statement sends: the host's own error or reset about the packet (Linux nft_reject_inet). */

import { loopbackIndex, RouteType } from '../host/index.ts'
import type { Packet } from '../packet/index.ts'
import { Hook, IcmpType, Icmpv6Type } from '../packet/index.ts'
import type { RejectStatement } from '../rules/index.ts'
import type { Box } from './box.ts'
import { routed, sendError4, sendError6, unrouted } from './icmp-error.ts'
import { rejectWithReset } from './tcp-reset.ts'
import { isRejectable } from './transport-checksum.ts'

/** Codes of destination unreachable for the abstract ones of icmpx: no-route, port-, host-unreachable, admin-prohibited. */
const icmpxCodes = { 4: [0, 3, 1, 13], 6: [0, 4, 3, 1] } as const

/**
 * Before routing the kernel looks up the way to the destination itself, and gives up where the answer would go to an address that
 * is not another host's (except between own addresses).
 */
function isAnswerable(box: Box, packet: Packet): boolean {
  if (packet.hook !== Hook.prerouting || packet.input === loopbackIndex) return true
  const { bytes, start } = packet
  const source = box.host.addressType(4, bytes, start + 12)
  if (source !== RouteType.local) return source === RouteType.unicast
  return box.host.addressType(4, bytes, start + 16) === RouteType.local
}

/** Sends nothing where the kernel sends nothing; the rule drops the packet in any case. */
export function reject(box: Box, packet: Packet, type: RejectStatement['type'], code: number): void {
  if (type === 'tcp reset') return rejectWithReset(box, packet)
  if (packet.fragmentOffset !== 0 || !isRejectable(packet)) return
  const family = packet.family === 6 ? 6 : 4
  if (family === 4 && !isAnswerable(box, packet)) return
  const actual = type === 'icmpx' ? (icmpxCodes[family][code] ?? code) : code
  if (family === 4)
    sendError4(
      box,
      packet,
      IcmpType.destinationUnreachable,
      actual,
      0,
      packet.hook === Hook.prerouting ? unrouted : routed,
    )
  else sendError6(box, packet, Icmpv6Type.destinationUnreachable, actual, 0)
}
