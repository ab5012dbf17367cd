/** `meta mark set`, `priority set`, `pkttype set`, `nftrace set` (Linux nft_meta_set_eval). */

import { PacketType } from '../../packet/index.ts'
import type { SetMetaStatement } from '../../rules/index.ts'
import { type Operation, runWith } from '../code/operation.ts'
import type { Word } from '../code/word.ts'
import type { Machine, StatementExpression } from '../machine.ts'
import { Result } from '../result.ts'

type Write = (word: Word, machine: Machine) => readonly Operation[]

const writes: { readonly [K in SetMetaStatement['key']]: Write } = {
  mark: (word) => [{ kind: 'set', slot: 'mark', word }],
  priority: (word) => [{ kind: 'set', slot: 'priority', word }],
  pkttype: (word) => [
    runWith(word, (packet, value) => {
      // The kernel lets rules move packets only among the four types that a link can address.
      const isOrdinary = packet.packetType <= PacketType.other && value >>> 0 <= PacketType.other
      if (isOrdinary) packet.packetType = value
      return Result.next
    }),
  ],
  nftrace: (word, machine) => [
    runWith(word, (packet, value) => {
      machine.setTraced(packet, value !== 0)
      return Result.next
    }),
  ],
  // A host has no security modules: nobody reads it.
  secmark: () => [],
}

export const setMeta: StatementExpression<SetMetaStatement> = {
  code(statement, machine) {
    const { operations, words } = machine.code(statement.value, 0)
    const [word] = words
    return word ? [...operations, ...writes[statement.key](word, machine)] : operations
  },
}
