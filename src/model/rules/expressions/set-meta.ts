/** `meta mark set`, `priority set`, `pkttype set`, `nftrace set` (Linux nft_meta_set_eval). */

import { type Packet, PacketType } from '../../packet/index.ts'
import type { Machine, StatementExpression } from '../machine.ts'
import { Result } from '../result.ts'
import type { SetMetaStatement } from '../statement.ts'

type Write = (packet: Packet, value: number) => void

const writes = (machine: Machine): { readonly [K in SetMetaStatement['key']]: Write } => ({
  mark: (packet, value) => {
    packet.mark = value
  },
  priority: (packet, value) => {
    packet.priority = value
  },
  pkttype: (packet, value) => {
    // The kernel lets rules move packets only among the four types that a link can address.
    const isOrdinary = packet.packetType <= PacketType.other && value >>> 0 <= PacketType.other
    if (isOrdinary) packet.packetType = value
  },
  nftrace: (packet, value) => machine.setTraced(packet, value !== 0),
  // A host has no security modules: nobody reads it.
  secmark: () => {},
})

export const setMeta: StatementExpression<SetMetaStatement> = {
  compile(statement, machine) {
    const { registers } = machine
    const load = machine.load(statement.value, 0)
    const write = writes(machine)[statement.key]
    return (packet) => {
      if (!load(packet)) return Result.break
      write(packet, registers[0]!)
      return Result.next
    }
  },
}
