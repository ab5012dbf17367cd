/** What conntrack's helpers ask of the host around it; the engine answers. */

import type { Packet } from '../packet/index.ts'

export interface HostView {
  /**
   * Of a packet that a local socket sends to the broadcast address of the interface it leaves by: that network's mask, four
   * words; null where it is not such a packet (nf_conntrack_broadcast_help).
   */
  broadcastMask(packet: Packet): Int32Array | null
  /** Whether both addresses (four words each) are reached through the same next hop and interface. */
  isSameWay(family: 4 | 6, one: Int32Array, other: Int32Array): boolean
  /** Whether both addresses are reached through the same interface. */
  isSameInterface(family: 4 | 6, one: Int32Array, other: Int32Array): boolean
}

/** For where nothing is known of the host: no broadcasts, no two ways alike. */
export const noHost: HostView = {
  broadcastMask: () => null,
  isSameWay: () => false,
  isSameInterface: () => false,
}
