/** The tuple that a connection is translated to: the one that changes least and that no other connection has (Linux get_unique_tuple). */

import type { Conntrack, Tuple } from '../conntrack/index.ts'
import { canClash, canReplace, Flag, invertTuple, isOpening, makeTuple, Status, Word } from '../conntrack/index.ts'
import { Protocol } from '../packet/index.ts'
import { chooseAddress, isBetween } from './best-address.ts'
import { changedBits, Translated, type TranslatedNumber } from './halves.ts'
import type { NatRange } from './range.ts'

/** Ports that are tried in one row, and from how many on finished connections are replaced. */
const mostAttempts = 128
const gentleAttempts = 32
const fewestAttempts = 16

const isIcmp = (protocol: number): boolean => protocol === Protocol.icmp || protocol === Protocol.icmpv6

const hasPorts = (protocol: number): boolean =>
  protocol === Protocol.tcp || protocol === Protocol.udp || protocol === Protocol.udplite || protocol === Protocol.sctp

export class Choice {
  /** What came of the last {@link make}; valid until the next. */
  readonly tuple: Tuple = makeTuple()
  private readonly conntrack: Conntrack
  private readonly random: () => number
  private readonly inverse: Tuple = makeTuple()
  private readonly scratch: Tuple = makeTuple()
  private entry = 0
  private kind = 0
  /** Words of an address. */
  private length: 1 | 4 = 1

  constructor(conntrack: Conntrack, random: () => number) {
    this.conntrack = conntrack
    this.random = random
  }

  /** Fills {@link tuple}. `current` is how the entry's packets look so far, behind what was translated before. */
  make(entry: number, current: Tuple, range: NatRange, half: TranslatedNumber): void {
    const { conntrack, tuple } = this
    this.entry = entry
    this.kind = conntrack.words[entry + Word.kind]!
    this.length = conntrack.family(entry) === 6 ? 4 : 1
    const isRandom = range.isRandom || range.isFullyRandom
    if (half === Translated.source && !isRandom && this.keepSource(current, range)) return
    tuple.set(current)
    chooseAddress(tuple, this.length, range, half, conntrack.zone(entry, 0) || conntrack.zone(entry, 1))
    if (!isRandom && this.isGoodAsItIs(range, half)) return
    this.choosePort(range, half)
  }

  /** The source stays as it is, or becomes what the same source has become before. */
  private keepSource(current: Tuple, range: NatRange): boolean {
    const { tuple } = this
    tuple.set(current)
    if (this.isInRange(range)) return !this.isTakenNew()
    const { bySource, words } = this.conntrack
    const zones = words[this.entry + Word.zones]!
    for (let other = 0; ; ) {
      other = bySource.find(current, this.kind, zones, other)
      if (other === 0) return false
      this.conntrack.copyTuple(other, 1, this.scratch)
      invertTuple(this.scratch, this.kind, tuple)
      this.copyDestination(current)
      if (this.isInRange(range)) return !this.isTaken()
    }
  }

  /** The destination's address and port (of ICMP: type and code). */
  private copyDestination(from: Tuple): void {
    const { tuple, length } = this
    for (let i = length; i < 2 * length; i++) tuple[i] = from[i]!
    tuple[2 * length] = (tuple[2 * length]! & 0xffff0000) | (from[2 * length]! & 0xffff)
  }

  /** Whether the source of the tuple at hand is one that the range allows. */
  private isInRange(range: NatRange): boolean {
    const { tuple, length } = this
    if (range.hasAddresses && !isBetween(tuple, length, range.minimumAddress, range.maximumAddress)) return false
    return !range.hasPorts || this.isPortInRange(range, Translated.source)
  }

  private isPortInRange(range: NatRange, half: TranslatedNumber): boolean {
    const protocol = this.kind & 0xff
    if (!isIcmp(protocol) && !hasPorts(protocol) && protocol !== Protocol.gre) return true
    const port = this.port(isIcmp(protocol) ? Translated.source : half)
    return port >= range.minimumPort && port <= range.maximumPort
  }

  private port(half: TranslatedNumber): number {
    const ports = this.tuple[2 * this.length]!
    return half === Translated.source ? ports >>> 16 : ports & 0xffff
  }

  private setPort(half: TranslatedNumber, port: number): void {
    const at = 2 * this.length
    const ports = this.tuple[at]!
    this.tuple[at] = half === Translated.source ? (port << 16) | (ports & 0xffff) : (ports & 0xffff0000) | port
  }

  private isGoodAsItIs(range: NatRange, half: TranslatedNumber): boolean {
    if (!range.hasPorts) return !this.isTaken()
    if (range.basePort >= 0 || !this.isPortInRange(range, half)) return false
    // A single port is given to whoever asks: a clash shows at confirmation.
    return range.minimumPort === range.maximumPort || !this.isTaken()
  }

  // ---- ports

  private choosePort(range: NatRange, half: TranslatedNumber): void {
    const protocol = this.kind & 0xff
    if (isIcmp(protocol)) {
      const size = range.hasPorts ? range.maximumPort - range.minimumPort + 1 : 65536
      return this.tryPorts(range, half, Translated.source, range.hasPorts ? range.minimumPort : 0, size)
    }
    if (protocol === Protocol.gre) {
      // Without a master it is not PPTP's: it has no key to change.
      if (!this.conntrack.masterLink(this.entry)) return
      const size = range.hasPorts ? range.maximumPort - range.minimumPort + 1 : 65535
      return this.tryPorts(range, half, half, range.hasPorts ? range.minimumPort : 1, size)
    }
    if (!hasPorts(protocol)) return
    if (range.hasPorts) {
      const least = Math.min(range.minimumPort, range.maximumPort)
      return this.tryPorts(range, half, half, least, Math.max(range.minimumPort, range.maximumPort) - least + 1)
    }
    // Unasked, a destination port is never changed.
    if (half === Translated.destination) return
    const port = this.port(half)
    if (port < 512) this.tryPorts(range, half, half, 1, 511)
    else if (port < 1024) this.tryPorts(range, half, half, 600, 424)
    else this.tryPorts(range, half, half, 1024, 64512)
  }

  /** `which` port of the tuple is to lie in the `size` ports from `least` on. Where all fail the last one stays. */
  private tryPorts(
    range: NatRange,
    half: TranslatedNumber,
    which: TranslatedNumber,
    least: number,
    size: number,
  ): void {
    let offset = this.firstOffset(range, half, which)
    let attempts = Math.min(size, mostAttempts)
    for (;;) {
      for (let i = 0; i < attempts; i++) {
        this.setPort(which, (least + (offset % size)) & 0xffff)
        if (!this.isTakenFirmly(attempts - i)) return
        offset = (offset + 1) & 0xffff
      }
      if (attempts >= size || attempts < fewestAttempts) return
      attempts >>= 1
      offset = this.anyOffset()
    }
  }

  private firstOffset(range: NatRange, half: TranslatedNumber, which: TranslatedNumber): number {
    if (range.basePort >= 0) return (this.port(which) - range.basePort) & 0xffff
    const isRandom = range.isRandom || range.isFullyRandom
    return isRandom || half !== Translated.destination ? this.anyOffset() : 0
  }

  /** The model's own choice: the kernel takes these 16 bits from its random generator, so that no two runs agree. */
  private anyOffset(): number {
    this.conntrack.words[this.entry + Word.flags]! |= Flag.isDrawn
    return Math.floor(this.random() * 0x10000)
  }

  // ---- is it free?

  /** Another connection's answers look like the answers to this tuple. */
  private isTaken(): boolean {
    invertTuple(this.tuple, this.kind, this.inverse)
    return this.rival() !== 0
  }

  /** Link of the other entry that has the inverse tuple; the same flow once more does not count. */
  private rival(): number {
    const { conntrack, entry, inverse, kind, length } = this
    const zone = conntrack.zone(entry, 1)
    const link = conntrack.lookUp(inverse, kind, zone, zone)
    if (link === 0) return 0
    const other = link & ~1
    if ((link & 1) === 0 && conntrack.zone(entry, 0) !== zone) return 0
    if (conntrack.zone(entry, 0) !== conntrack.zone(other, 0)) return link
    const { words } = conntrack
    for (let i = Word.tuples; i <= Word.tuples + 2 * length; i++) if (words[entry + i] !== words[other + i]) return link
    return 0
  }

  /** For a tuple that was not changed: two halves of one flow that met do not count, where such a clash is mended later. */
  private isTakenNew(): boolean {
    if (!this.isTaken()) return false
    const { conntrack, entry, kind, tuple, inverse } = this
    const usesNat = changedBits | Status.sequenceAdjust
    if (!canClash(kind & 0xff) || (conntrack.status(entry) & usesNat) !== 0) return true
    const zoneOriginal = conntrack.zone(entry, 0)
    const zoneReply = conntrack.zone(entry, 1)
    const link =
      conntrack.lookUp(tuple, kind, zoneOriginal, zoneReply) || conntrack.lookUp(inverse, kind, zoneOriginal, zoneReply)
    if (link === 0) return false
    const other = link & ~1
    if ((conntrack.status(other) & usesNat) !== 0) return true
    const { words } = conntrack
    const size = 2 * this.length + 1
    for (let i = Word.tuples; i < Word.tuples + size; i++) if (words[other + i] !== words[entry + size + i]) return true
    return false
  }

  /** When few attempts are left, a finished TCP connection gives way to a new one. */
  private isTakenFirmly(attemptsLeft: number): boolean {
    const { conntrack, entry } = this
    if (attemptsLeft > gentleAttempts || !isOpening(conntrack, entry)) return this.isTaken()
    invertTuple(this.tuple, this.kind, this.inverse)
    const link = conntrack.lookUp(this.inverse, this.kind, conntrack.zone(entry, 0), conntrack.zone(entry, 1))
    if (link === 0) return false
    const old = link & ~1
    if ((link & 1) === 0 || !canReplace(conntrack, old, entry)) return true
    return !conntrack.kill(old)
  }
}
