/** Time to live of packets that were captured beyond the hop that the model is about to take. */

import { adjustChecksum, readUint16, writeUint16 } from '../../../model/bytes/index.ts'
import type { IpView } from '../ip-view.ts'

/**
 * A packet that arrives with its last hop (traceroute) gets one more: the modelled firewall is a hop that the captured packet did
 * not have to take any more, and would answer in place of the router that really did.
 */
export function makeRoomForAHop(view: IpView): void {
  if (view.timeToLive !== 1) return
  const { bytes, start } = view
  if (view.family === 6) {
    bytes[start + 7] = 2
    return
  }
  const before = readUint16(bytes, start + 8)
  bytes[start + 8] = 2
  writeUint16(bytes, start + 10, adjustChecksum(readUint16(bytes, start + 10), before, readUint16(bytes, start + 8)))
}
