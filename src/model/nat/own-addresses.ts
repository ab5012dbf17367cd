/** What NAT asks of the host around it; the engine answers. */

import type { Packet } from '../packet/index.ts'

export interface OwnAddresses {
  /** The address that a masqueraded packet gets from the interface it leaves by (`packet.output`); null: there is none. */
  masquerade(packet: Packet): Uint8Array | null
  /** The address that a redirected packet goes to: of the interface it came in by, or the loopback's at output; null: none. */
  redirect(packet: Packet): Uint8Array | null
}
