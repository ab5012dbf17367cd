/** What a shard replays of a block of frames. */

import type { FrameBlock } from '../../capture/index.ts'
import type { Clock } from '../clock.ts'
import type { EverydayPackets } from '../everyday.ts'

export interface OwnFrames {
  readonly block: FrameBlock
  /** Index into the captures' names. */
  readonly capture: number
  /** Found in the block already, where the replay lets everyday packets be found at all. */
  readonly everyday: EverydayPackets
  /** Places in the block, in order: from `places[from]` to `places[to - 1]`. */
  readonly places: Uint16Array
  readonly from: number
  readonly to: number
  /** Of all captures, before the block's first. */
  readonly framesBefore: number
  /** What the replay's clock shows at each frame. */
  readonly times: Float64Array
  /** As it stands after the block's last. */
  readonly clock: Clock
}
