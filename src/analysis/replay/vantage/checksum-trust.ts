/** Which packets' checksums were not captured faithfully: verifying those would call good packets invalid. */

import { parseAddress, readUint16 } from '../../../model/bytes/index.ts'
import { Protocol } from '../../../model/packet/index.ts'
import { findChecksum, type IpView, isPartialChecksum } from '../ip-view.ts'
import { AddressList } from './address-list.ts'
import type { Survey } from './survey.ts'

/** How many packets were taken on trust, and why. */
export interface TrustCounts {
  /** Cut by the snap length: the rest is taken for zeros. */
  cut: number
  /** The checksum was left to the network card. */
  partial: number
  /** From an address all of whose checksums were wrong. */
  oneSided: number
}

/** An address that sent so many wrong checksums and no right one did not send them wrong. */
const enoughBad = 4

export class ChecksumTrust {
  readonly counts: TrustCounts = { cut: 0, partial: 0, oneSided: 0 }
  /** Addresses whose checksums are all wrong. */
  readonly oneSidedAddresses: readonly string[]
  readonly #oneSided: AddressList

  constructor(survey: Survey) {
    const bad = [...survey.addresses.values()].filter((one) => one.bad >= enoughBad && one.good === 0)
    this.oneSidedAddresses = bad.map((one) => one.address)
    this.#oneSided = new AddressList(this.oneSidedAddresses.flatMap((text) => parseAddress(text) ?? []))
  }

  /** Whether a packet that is whole and whose checksums are right is never taken on trust. */
  get isByChecksum(): boolean {
    return this.#oneSided.isEmpty
  }

  /** Whether this packet's checksums are to be believed unseen. */
  isTrusted(view: IpView, isCut: boolean): boolean {
    if (isCut) {
      this.counts.cut += 1
      return true
    }
    if (view.family === 0) return false
    const hasChecksum = view.protocol === Protocol.tcp || view.protocol === Protocol.udp
    // A right checksum may look like a partial one by chance.
    const isPartial = hasChecksum && isPartialChecksum(view) && findChecksum(view) !== 'good'
    if (isPartial || hasEmptyHeaderChecksum(view)) {
      this.counts.partial += 1
      return true
    }
    if (this.#oneSided.isEmpty || !hasChecksum || !this.#oneSided.has(view.bytes, view.source, view.family))
      return false
    this.counts.oneSided += 1
    return true
  }
}

/** Network cards that sum the IPv4 header themselves get it with a zero. */
const hasEmptyHeaderChecksum = (view: IpView): boolean =>
  view.family === 4 && readUint16(view.bytes, view.start + 10) === 0
