/** A volume of network-layer bytes that is used up once (Linux nft_quota). */

import type { Stateful } from '../machine.ts'
import { Result } from '../result.ts'

export function quota(parameters: {
  readonly bytes: number
  readonly used: number
  readonly isOver: boolean
}): Stateful {
  let { used } = parameters
  const { bytes, isOver } = parameters
  return {
    step: (packet) => {
      used += packet.end - packet.start
      return used > bytes === isOver ? Result.next : Result.break
    },
    describe: () => `quota ${isOver ? 'over ' : ''}${bytes} bytes${used === 0 ? '' : ` used ${used} bytes`}`,
  }
}
