/** Counts packets and their network-layer bytes (Linux nft_counter). */

import { countStep } from '../code/closures.ts'
import { count } from '../code/operation.ts'
import type { Stateful } from '../machine.ts'

export function counter(initial: { readonly packets: number; readonly bytes: number }): Stateful {
  const counts = Float64Array.of(initial.packets, initial.bytes)
  return {
    step: countStep(counts),
    code: count(counts),
    describe: () => `counter packets ${counts[0]} bytes ${counts[1]}`,
    count: () => ({ packets: counts[0]!, bytes: counts[1]! }),
  }
}
