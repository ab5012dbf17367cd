/** A bounded memory of recent packets: which one does an ICMP error quote, and which came by before it was forwarded? */

import { readInt32, readUint16 } from '../../model/bytes/index.ts'
import type { IpView } from './ip-view.ts'
import { partitionOf, partitions } from './shards/partition.ts'

/**
 * Places; a packet whose place is taken pushes the older one out. Each part of the traffic (`shards/partition.ts`) has places of its
 * own, so that what is pushed out does not depend on who else replays the rest.
 */
const sizeOfPart = 1 << 13
const size = partitions * sizeOfPart

const mix = (hash: number, word: number): number => {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}

/**
 * A fingerprint is what an ICMP error is sure to quote: addresses, protocol, IPv4 identification, first eight transport bytes.
 * It fits in 2 MB however long the capture is.
 */
export class RecentPackets {
  /** By place: check, number, time to live it came with, whether it passed. Together they are one line of the cache. */
  readonly #slots: Int32Array = new Int32Array(size * 4)
  #place = 0
  #check = 0
  #notedPlace = 0

  /** Remembers the packet under `number`, and by which time to live it came. */
  note(view: IpView, number: number): void {
    this.#fingerprint(view)
    const slots = this.#slots
    const place = this.#place
    slots[place] = this.#check
    slots[place + 1] = number
    slots[place + 2] = view.timeToLive
    slots[place + 3] = 0
    this.#notedPlace = place
  }

  /** Says that the packet last noted left the host. */
  notePassed(): void {
    this.#slots[this.#notedPlace + 3] = 1
  }

  /** Number of the latest packet with this fingerprint, or 0. */
  find(view: IpView): number {
    this.#fingerprint(view)
    return this.#slots[this.#place] === this.#check ? this.#slots[this.#place + 1]! >>> 0 : 0
  }

  /** Of the packet that {@link find} found: the time to live it came with. */
  get foundTimeToLive(): number {
    return this.#slots[this.#place + 2]!
  }

  /** Of the packet that {@link find} found: whether the model let it through. */
  get hasFoundPassed(): boolean {
    return this.#slots[this.#place + 3] === 1
  }

  #fingerprint(view: IpView): void {
    const { bytes, start, family } = view
    let hash = view.protocol
    const addressesEnd = view.addressesEnd
    for (let at = view.source; at < addressesEnd; at += 4) hash = mix(hash, readInt32(bytes, at))
    if (family === 4) hash = mix(hash, readInt32(bytes, start + 4) & 0xffff1fff)
    const { transport } = view
    let second = hash
    if (transport >= 0) {
      hash = mix(hash, readInt32(bytes, transport))
      second = mix(hash ^ 0x5bd1e995, readInt32(bytes, transport + 4))
      hash = mix(hash, second)
    }
    this.#place = (partitionOf(view) * sizeOfPart + (hash & (sizeOfPart - 1))) << 2
    this.#check = (second ^ readUint16(bytes, start + 4)) | 1
  }
}

const countsOfPart = 1 << 10
const counts = partitions * countsOfPart

/** Counts packets that the host itself made, so that their copies in the capture are known for what they are. */
export class MadePackets {
  readonly #counts: Uint8Array = new Uint8Array(counts)

  note(view: IpView): void {
    const place = this.#place(view)
    if (this.#counts[place]! < 255) this.#counts[place]! += 1
  }

  /** Whether the host made such a packet that was not taken yet; takes it. */
  take(view: IpView): boolean {
    const place = this.#place(view)
    if (this.#counts[place] === 0) return false
    this.#counts[place]! -= 1
    return true
  }

  /** No identification and no checksum: the box draws the first by chance and writes it into the second's sum. */
  #place(view: IpView): number {
    const { bytes, transport } = view
    let hash = view.protocol
    for (let at = view.source; at < view.addressesEnd; at += 4) hash = mix(hash, readInt32(bytes, at))
    if (transport >= 0)
      hash = mix(
        hash,
        view.protocol === 1 || view.protocol === 58 ? readUint16(bytes, transport) : readInt32(bytes, transport),
      )
    return partitionOf(view) * countsOfPart + (hash & (countsOfPart - 1))
  }
}
