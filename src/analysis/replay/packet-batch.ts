/** The everyday packets of some frames, as conntrack takes them: those of a block, or a worker's own among those of a shared one. */

import { type PacketRows, rowWords, seenWords } from '../../model/conntrack/index.ts'
import { blockLength } from '../capture/index.ts'
import { EverydayPackets } from './everyday.ts'

const noBytes = new Uint8Array(0)

export class PacketBatch extends EverydayPackets implements PacketRows {
  bytes: Uint8Array = noBytes
  readonly times: Float64Array = new Float64Array(blockLength)
  /** Numbers of the frames, where they are those of a shared block. */
  readonly frames: Int32Array = new Int32Array(blockLength)

  /** Copies those at `places[from]` to `places[to - 1]`, which are at most {@link blockLength}. */
  gather(found: EverydayPackets, places: Uint16Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const source = places[at]! * rowWords
      const target = (at - from) * rowWords
      for (let word = 0; word < seenWords; word++) this.words[target + word] = found.words[source + word]!
    }
  }
}
