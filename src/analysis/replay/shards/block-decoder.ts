/** What is found out about a block of frames before anybody replays them: which are everyday packets, and whose they are. */

import { Row, rowWords } from '../../../model/conntrack/index.ts'
import {
  createFrame,
  createLinkLayer,
  decodeLink,
  type Frame,
  type FrameBlock,
  type LinkLayer,
} from '../../capture/index.ts'
import { IpView } from '../ip-view.ts'
import { noPartition, partitionOf, partitionOfFrame, partitionOfPair4, partitions, workerOf } from './partition.ts'
import type { RingSlot } from './ring-slot.ts'

/** LINKTYPE_ETHERNET */
const ethernet = 1

export class BlockDecoder {
  readonly #workerOfPart: Uint8Array
  /** By worker: where the place of its next frame goes. */
  readonly #next: Int32Array
  readonly #hasEveryday: boolean
  readonly #frame: Frame = createFrame()
  readonly #link: LinkLayer = createLinkLayer()
  readonly #view: IpView = new IpView()

  /** `hasEveryday`: whether the replay lets everyday packets be found. */
  constructor(workers: number, hasEveryday: boolean) {
    this.#workerOfPart = Uint8Array.from({ length: partitions }, (_, part) => workerOf(part, workers))
    this.#next = new Int32Array(workers)
    this.#hasEveryday = hasEveryday
  }

  decode(slot: RingSlot): void {
    const { block, everyday, places, ends } = slot
    const { words } = everyday
    const { framesInSlot } = slot.shape
    const hasEveryday = this.#hasEveryday
    const workerOfPart = this.#workerOfPart
    const next = this.#next
    if (hasEveryday) everyday.find(block)
    for (let worker = 0; worker < ends.length; worker++) next[worker] = worker * framesInSlot
    for (let i = 0; i < block.count; i++) {
      const row = i * rowWords
      const isEveryday = hasEveryday && words[row + Row.input] !== 0
      const partition = isEveryday
        ? partitionOfPair4(words[row + Row.source]!, words[row + Row.destination]!)
        : this.#partitionAt(block, i)
      const worker = workerOfPart[partition]!
      const at = next[worker]!
      places[at] = i
      next[worker] = at + 1
    }
    ends.set(next)
  }

  #partitionAt(block: FrameBlock, i: number): number {
    if (block.linkType === ethernet) {
      const partition = partitionOfFrame(block.bytes, block.view, block.starts[i]!, block.capturedLengths[i]!)
      if (partition >= 0) return partition
    }
    block.read(i, this.#frame)
    return this.#partitionOf(this.#frame)
  }

  #partitionOf(frame: Frame): number {
    decodeLink(frame, this.#link)
    const { kind, networkStart, networkLength } = this.#link
    if (kind === 'skip') return noPartition
    this.#view.read(frame.bytes, networkStart, networkStart + networkLength)
    return partitionOf(this.#view)
  }
}
