/** Remembers when a packet came by last (Linux nft_last). */

import type { Stateful } from '../machine.ts'
import { Result } from '../result.ts'

export function last(now: () => number): Stateful {
  let seen: number | null = null
  return {
    step: () => {
      seen = now()
      return Result.next
    },
    describe: () => (seen === null ? 'last used never' : `last used ${Math.round(now() - seen)}ms`),
  }
}
