/** What is found out about a block of frames before anybody replays them: which are everyday packets, and whose they are. */

import { createFrame, createLinkLayer, decodeLink, type Frame, type LinkLayer } from '../../capture/index.ts'
import { IpView } from '../ip-view.ts'
import { noPartition, partitionOf, partitionOfFrame, partitionOfPair4, workerOf } from './partition.ts'
import type { RingSlot } from './ring-slot.ts'

/** LINKTYPE_ETHERNET */
const ethernet = 1

export class BlockDecoder {
  readonly #workers: number
  readonly #hasEveryday: boolean
  readonly #frame: Frame = createFrame()
  readonly #link: LinkLayer = createLinkLayer()
  readonly #view: IpView = new IpView()

  /** `hasEveryday`: whether the replay lets everyday packets be found. */
  constructor(workers: number, hasEveryday: boolean) {
    this.#workers = workers
    this.#hasEveryday = hasEveryday
  }

  decode(slot: RingSlot): void {
    const { block, everyday, own, ownCounts } = slot
    const { inputs, sources, destinations } = everyday
    const hasEveryday = this.#hasEveryday
    const workers = this.#workers
    if (hasEveryday) everyday.find(block)
    ownCounts.fill(0)
    for (let i = 0; i < block.count; i++) {
      const isEveryday = hasEveryday && inputs[i] !== 0
      const partition = isEveryday ? partitionOfPair4(sources[i]!, destinations[i]!) : this.#partitionAt(slot, i)
      const worker = workerOf(partition, workers)
      own[worker]![ownCounts[worker]!] = i
      ownCounts[worker]! += 1
    }
  }

  #partitionAt({ block }: RingSlot, i: number): number {
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
