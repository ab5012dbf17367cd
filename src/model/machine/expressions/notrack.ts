/** Takes a packet out of connection tracking (Linux nft_notrack): nothing happens once it has an entry or a zone. */

import type { NotrackStatement } from '../../rules/index.ts'
import { run } from '../code/operation.ts'
import type { StatementExpression } from '../machine.ts'
import { Result } from '../result.ts'
import { hasTemplate } from './conntrack.ts'

export const notrack: StatementExpression<NotrackStatement> = {
  code(_statement, machine) {
    const { conntrack } = machine.surroundings
    const untrack = run((packet) => {
      if (packet.entry === 0 && !packet.isUntracked && !hasTemplate(packet)) conntrack.untrack(packet)
      return Result.next
    })
    return [untrack]
  },
}
