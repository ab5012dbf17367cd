/** What a replay must know of a packet before the host sees it: family, addresses, protocol. Nothing is judged here. */

import { fold, readUint16, sumPseudoHeader, sumWords } from '../../model/bytes/index.ts'
import { Protocol } from '../../model/packet/index.ts'

/** Offsets into `bytes`; one reused object per reader. `family` 0: the bytes do not even hold a fixed IP header. */
export class IpView {
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  /** Behind the last byte at hand. */
  available = 0
  family: 0 | 4 | 6 = 0
  source = 0
  destination = 0
  /** As the fixed header says: of IPv6 this may be an extension header. */
  protocol = 0
  /** Where the transport header stands, or -1: a later fragment, extension headers, or too short for eight bytes of it. */
  transport = -1
  /** Behind the packet's last byte, as its own length says. */
  end = 0
  timeToLive = 0

  /** Looks at the packet between `start` and `available`. */
  read(bytes: Uint8Array, start: number, available: number): void {
    // Thousands of packets share their bytes: a store of an object is a call of the garbage collector's, a comparison is not.
    if (this.bytes !== bytes) this.bytes = bytes
    this.start = start
    this.available = available
    this.family = 0
    this.end = available
    this.transport = -1
    const version = start < available ? bytes[start]! >>> 4 : 0
    if (version === 4 && available - start >= 20) this.#readIpv4(bytes, start)
    else if (version === 6 && available - start >= 40) this.#readIpv6(bytes, start)
  }

  /** Behind the destination address, which follows the source. */
  get addressesEnd(): number {
    return this.destination + (this.family === 4 ? 4 : 16)
  }

  get isFragment(): boolean {
    return this.family === 4
      ? (readUint16(this.bytes, this.start + 6) & 0x3fff) !== 0
      : this.protocol === Protocol.fragment
  }

  #readIpv4(bytes: Uint8Array, start: number): void {
    this.family = 4
    this.source = start + 12
    this.destination = start + 16
    this.protocol = bytes[start + 9]!
    this.timeToLive = bytes[start + 8]!
    this.end = start + readUint16(bytes, start + 2)
    const transport = start + ((bytes[start]! & 15) << 2)
    if ((readUint16(bytes, start + 6) & 0x1fff) === 0 && transport + 8 <= this.available) this.transport = transport
  }

  #readIpv6(bytes: Uint8Array, start: number): void {
    this.family = 6
    this.source = start + 8
    this.destination = start + 24
    this.protocol = bytes[start + 6]!
    this.timeToLive = bytes[start + 7]!
    this.end = start + 40 + readUint16(bytes, start + 4)
    if (start + 48 <= this.available) this.transport = start + 40
  }
}

/** What became of the checksum of a TCP or UDP segment on its way into the capture. */
export type ChecksumFinding = 'none' | 'good' | 'bad' | 'partial'

const checksumOffset = (protocol: number): number =>
  protocol === Protocol.tcp ? 16 : protocol === Protocol.udp ? 6 : -1

/** Both IPv4 addresses: every packet comes by here, so no loop. */
const sumOfFour = (bytes: Uint8Array, at: number): number =>
  readUint16(bytes, at) + readUint16(bytes, at + 2) + readUint16(bytes, at + 4) + readUint16(bytes, at + 6)

/**
 * Whether the checksum field holds the folded sum of the pseudo header alone: the form in which Linux hands a segment to a
 * network card that will finish it (CHECKSUM_PARTIAL). One segment in 65,536 looks so by chance.
 */
export function isPartialChecksum(view: IpView): boolean {
  const offset = checksumOffset(view.protocol)
  const { bytes, transport, end } = view
  if (offset < 0 || transport < 0 || transport + offset + 2 > view.available) return false
  const sum =
    view.family === 4
      ? sumOfFour(bytes, view.source) + end - transport + view.protocol
      : sumPseudoHeader(bytes, view.source, view.addressesEnd, end - transport, view.protocol)
  return readUint16(bytes, transport + offset) === fold(sum)
}

/** Checks the whole segment; 'none' where there is no checksum to check or not all of it was captured. */
export function findChecksum(view: IpView): ChecksumFinding {
  const offset = checksumOffset(view.protocol)
  const { bytes, transport, end } = view
  if (offset < 0 || transport < 0 || view.isFragment || end > view.available || transport + offset + 2 > end)
    return 'none'
  const checksum = readUint16(bytes, transport + offset)
  if (checksum === 0 && view.protocol === Protocol.udp) return 'none'
  const pseudo = sumPseudoHeader(bytes, view.source, view.addressesEnd, end - transport, view.protocol)
  if (fold(sumWords(bytes, transport, end, pseudo)) === 0xffff) return 'good'
  return checksum === fold(pseudo) ? 'partial' : 'bad'
}
