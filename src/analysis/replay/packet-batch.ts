/** The everyday packets of some frames, as conntrack takes them: those of a block, or a worker's own among those of a shared one. */

import type { PacketColumns } from '../../model/conntrack/index.ts'
import { blockLength } from '../capture/index.ts'
import { type Entrance, EverydayPackets } from './everyday.ts'

const noBytes = new Uint8Array(0)

export class PacketBatch extends EverydayPackets implements PacketColumns {
  bytes: Uint8Array = noBytes
  readonly times: Float64Array = new Float64Array(blockLength)
  readonly links: Int32Array = new Int32Array(blockLength)
  readonly courses: Int32Array = new Int32Array(blockLength)
  readonly owners: Int32Array = new Int32Array(blockLength)
  /** Numbers of the frames, and of the packets that pass. */
  readonly frames: Int32Array = new Int32Array(blockLength)
  readonly numbers: Int32Array = new Int32Array(blockLength)

  constructor(entrance: Entrance) {
    super(entrance)
  }

  /** Copies those at `places[from]` to `places[to - 1]`, which are at most {@link blockLength}. */
  gather(found: EverydayPackets, places: Uint16Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const i = places[at]!
      const own = at - from
      const input = found.inputs[i]!
      this.inputs[own] = input
      if (input === 0) continue
      this.starts[own] = found.starts[i]!
      this.lengths[own] = found.lengths[i]!
      this.protocols[own] = found.protocols[i]!
      this.sources[own] = found.sources[i]!
      this.destinations[own] = found.destinations[i]!
      this.ports[own] = found.ports[i]!
      this.hashes[own] = found.hashes[i]!
    }
  }
}
