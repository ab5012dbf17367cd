/** `ct count`: how many living connections have come by here (Linux nft_connlimit, nf_conncount). */

import type { ConnectionLimitStatement } from '../../rules/index.ts'
import type { Stateful } from '../machine.ts'
import { Result } from '../result.ts'
import type { RulesConntrack } from '../surroundings.ts'

/** What tells a connection from a later one that reuses its handle: both endpoints of the original direction, and the zone. */
function signature(entry: number, conntrack: RulesConntrack, scratch: Int32Array): string {
  const words = conntrack.family(entry) === 4 ? 1 : 4
  scratch.fill(0)
  conntrack.addressWords(entry, 0, 0, scratch, 0)
  conntrack.addressWords(entry, 0, 1, scratch, words)
  scratch[8] = conntrack.port(entry, 0, 0)
  scratch[9] = conntrack.port(entry, 0, 1)
  return `${scratch.join()} ${conntrack.protocol(entry)} ${conntrack.zone(entry, 0)}`
}

export function connectionLimit(statement: ConnectionLimitStatement, conntrack: RulesConntrack): Stateful {
  /** Signature by handle. */
  const seen = new Map<number, string>()
  const scratch = new Int32Array(10)
  const { count, isOver } = statement
  /** An entry that never was confirmed is gone with its packet. */
  const isAlive = (entry: number, known: string): boolean =>
    conntrack.id(entry) !== 0 && conntrack.remaining(entry) > 0 && signature(entry, conntrack, scratch) === known
  const sweep = (current: number): void => {
    for (const [entry, known] of seen) if (entry !== current && !isAlive(entry, known)) seen.delete(entry)
  }
  return {
    step: (packet) => {
      const { entry } = packet
      if (entry !== 0 && !seen.has(entry)) seen.set(entry, signature(entry, conntrack, scratch))
      // What is still listed bounds the number of the living: below the limit nobody needs it exactly.
      const others = entry === 0 ? 1 : 0
      if (seen.size + others > count) sweep(entry)
      return seen.size + others > count === isOver ? Result.next : Result.break
    },
    describe: () => `ct count ${isOver ? 'over ' : ''}${count}`,
  }
}
