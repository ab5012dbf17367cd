/**
 * Finds the everyday packets in a block of frames: Ethernet or bare IP, IPv4 without options, TCP or UDP, whole, with right checksums,
 * between ordinary addresses. Looking at many frames in one go, it also says early which flows they belong to.
 */

import { fold, foldedSum } from '../../model/bytes/index.ts'
import { hashTuple4 } from '../../model/conntrack/index.ts'
import { type Packet, Protocol } from '../../model/packet/index.ts'
import { blockLength, type Columns, type FrameBlock, ownColumns } from '../capture/index.ts'

const linkEthernet = 1
const linkRawIp = 101
const ethernetLength = 14
const ipv4 = 0x0800
const headerLength = 20
const udpHeaderLength = 8
const tcpHeaderLength = 20
/** Version 4, five words of header; then, behind the type of service, the length. */
const plainHeader = 0x45
const fragmentMask = 0x3fff
const none = 0

/** Ordinary unicast: no group, no loopback, not 0.0.0.0/8. */
const isOrdinary = (address: number): boolean => {
  const first = address >>> 24
  return first > 0 && first < 224 && first !== 127
}

/** By which interface a packet between two IPv4 addresses comes in; 0: it is none of the host's. */
export interface Entrance {
  inputOf(source: number, destination: number): number
}

export class EverydayPackets {
  /** By which interface the packet of each frame comes in; {@link none} where the frame has to be looked at in full. */
  readonly inputs: Int32Array
  /** Of the everyday ones: where they begin and end in the block's bytes, their tuples, and the hashes of these. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly sources: Int32Array
  readonly destinations: Int32Array
  readonly ports: Int32Array
  readonly hashes: Int32Array
  /** The hashes of the everyday ones alone, one behind the other, and how many there are. */
  readonly wanted: Int32Array
  count = 0
  readonly #entrance: Entrance

  /** For blocks of at most so many frames. */
  constructor(entrance: Entrance, length: number = blockLength, columns: Columns = ownColumns) {
    this.#entrance = entrance
    this.inputs = columns.int32(length)
    this.starts = columns.int32(length)
    this.ends = columns.int32(length)
    this.sources = columns.int32(length)
    this.destinations = columns.int32(length)
    this.ports = columns.int32(length)
    this.hashes = columns.int32(length)
    this.wanted = columns.int32(length)
  }

  find(block: FrameBlock): void {
    const { linkType, count } = block
    this.count = 0
    if (linkType !== linkEthernet && linkType !== linkRawIp) {
      this.inputs.fill(none, 0, count)
      return
    }
    const skipped = linkType === linkEthernet ? ethernetLength : 0
    for (let i = 0; i < count; i++) this.look(block, i, skipped)
  }

  private look({ view, starts, capturedLengths, originalLengths }: FrameBlock, i: number, skipped: number): void {
    const frame = starts[i]!
    const captured = capturedLengths[i]!
    this.inputs[i] = none
    if (captured < skipped + headerLength + udpHeaderLength || captured !== originalLengths[i]) return
    if (skipped !== 0 && view.getUint16(frame + skipped - 2) !== ipv4) return
    const start = frame + skipped
    const first = view.getInt32(start)
    const end = start + (first & 0xffff)
    if (first >>> 24 !== plainHeader || end > frame + captured) return
    if ((view.getInt32(start + 4) & fragmentMask) !== 0) return
    const life = view.getInt32(start + 8)
    const protocol = (life >>> 16) & 0xff
    const source = view.getInt32(start + 12)
    const destination = view.getInt32(start + 16)
    // A time to live of 1 and a header sum of zero are told apart elsewhere.
    if (life >>> 24 <= 1 || (life & 0xffff) === 0 || !isOrdinary(source) || !isOrdinary(destination)) return
    const addresses = (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff)
    if (!isHeaderRight(view, start, addresses) || !isSegmentRight(view, start + headerLength, end, protocol, addresses))
      return
    const ports = view.getInt32(start + headerLength)
    this.inputs[i] = this.#entrance.inputOf(source, destination)
    this.starts[i] = start
    this.ends[i] = end
    this.sources[i] = source
    this.destinations[i] = destination
    this.ports[i] = ports
    const hash = hashTuple4(source, destination, ports, protocol, 0)
    this.hashes[i] = hash
    this.wanted[this.count++] = hash
  }

  /** The hashes of the everyday ones among the frames at `places[from]` to `places[to - 1]`. Answers how many. */
  gather(places: Uint16Array, from: number, to: number, into: Int32Array): number {
    const { inputs, hashes } = this
    let count = 0
    for (let at = from; at < to; at++) {
      const i = places[at]!
      if (inputs[i] !== none) into[count++] = hashes[i]!
    }
    return count
  }

  /** Makes `packet`, which was reset, the everyday packet at `i`, decoded. */
  take(block: FrameBlock, i: number, packet: Packet): void {
    const start = this.starts[i]!
    if (packet.bytes !== block.bytes) packet.bytes = block.bytes
    packet.start = start
    packet.end = this.ends[i]!
    packet.family = 4
    packet.protocol = block.bytes[start + 9]!
    packet.transport = start + headerLength
    packet.input = this.inputs[i]!
    packet.isChecksumVerified = true
  }
}

function isHeaderRight(view: DataView, start: number, addresses: number): boolean {
  const first = view.getInt32(start)
  const second = view.getInt32(start + 4)
  const third = view.getInt32(start + 8)
  const sum =
    (first >>> 16) + (first & 0xffff) + (second >>> 16) + (second & 0xffff) + (third >>> 16) + (third & 0xffff)
  return fold(sum + addresses) === 0xffff
}

/** Of UDP, a checksum that was left out is fine. */
function isSegmentRight(view: DataView, at: number, end: number, protocol: number, addresses: number): boolean {
  const length = end - at
  if (protocol === Protocol.udp) {
    if (length < udpHeaderLength) return false
    if (view.getUint16(at + 6) === 0) return true
  } else if (protocol !== Protocol.tcp || length < tcpHeaderLength) return false
  return foldedSum(view, at, end, addresses + length + protocol) === 0xffff
}
