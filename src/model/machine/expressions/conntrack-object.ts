/** Objects that shape an entry while it is new: `ct helper`, `ct timeout`, `ct expectation` (Linux nft_ct). */

import type { ExpectationObject, HelperObject, TimeoutObject } from '../../rules/index.ts'
import type { Stateful } from '../machine.ts'
import { Result } from '../result.ts'
import type { RulesConntrack } from '../surroundings.ts'

export const conntrackHelper = (object: HelperObject, conntrack: RulesConntrack): Stateful => ({
  step: (packet) => {
    conntrack.assignHelper(packet, object)
    return Result.next
  },
  describe: () => `ct helper ${object.name}`,
})

export const conntrackTimeout = (object: TimeoutObject, conntrack: RulesConntrack): Stateful => ({
  step: (packet) => {
    conntrack.assignTimeout(packet, object)
    return Result.next
  },
  describe: () => `ct timeout ${object.name}`,
})

const expectationResults = { made: Result.next, break: Result.break, drop: Result.drop } as const

/** The rule does not match where no entry can expect anything, or where enough is expected already. */
export const conntrackExpectation = (object: ExpectationObject, conntrack: RulesConntrack): Stateful => ({
  step: (packet) => expectationResults[conntrack.expect(packet, object)],
  describe: () => `ct expectation ${object.name}`,
})
