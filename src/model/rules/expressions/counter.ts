/** Counts packets and their network-layer bytes (Linux nft_counter). */

import type { Stateful } from '../machine.ts'
import { Result } from '../result.ts'

export function counter(initial: { readonly packets: number; readonly bytes: number }): Stateful {
  let { packets, bytes } = initial
  return {
    step: (packet) => {
      packets++
      bytes += packet.end - packet.start
      return Result.next
    },
    describe: () => `counter packets ${packets} bytes ${bytes}`,
    count: () => ({ packets, bytes }),
  }
}
