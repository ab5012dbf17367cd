/**
 * Finds the everyday packets in a block of frames: Ethernet or bare IP, IPv4 without options, TCP or UDP, whole, with right checksums,
 * between ordinary addresses. Looking at many frames in one go, it also says early which flows they belong to.
 */

import { fold, foldedSum } from '../../model/bytes/index.ts'
import { hashTuple4, Row, rowWords } from '../../model/conntrack/index.ts'
import { Protocol } from '../../model/packet/index.ts'
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
  return (first - 1) >>> 0 < 223 && first !== 127
}

/** By which interface a packet between two IPv4 addresses comes in; 0: it is none of the host's. */
export interface Entrance {
  inputOf(source: number, destination: number): number
}

export class EverydayPackets {
  /** Rows as conntrack takes them; filled as far as what is seen in a packet goes. */
  readonly words: Int32Array
  readonly #entrance: Entrance

  /** For blocks of at most so many frames. */
  constructor(entrance: Entrance, length: number = blockLength, columns: Columns = ownColumns) {
    this.#entrance = entrance
    this.words = columns.int32(rowWords * length)
  }

  find(block: FrameBlock): void {
    const { linkType, count } = block
    if (linkType !== linkEthernet && linkType !== linkRawIp) {
      for (let i = 0; i < count; i++) this.words[i * rowWords + Row.input] = none
      return
    }
    const skipped = linkType === linkEthernet ? ethernetLength : 0
    for (let i = 0; i < count; i++) this.look(block, i, skipped)
  }

  private look({ view, starts, capturedLengths, originalLengths }: FrameBlock, i: number, skipped: number): void {
    const frame = starts[i]!
    const captured = capturedLengths[i]!
    const row = i * rowWords
    const { words } = this
    words[row + Row.input] = none
    if (captured < skipped + headerLength + udpHeaderLength || captured !== originalLengths[i]) return
    if (skipped !== 0 && view.getUint16(frame + skipped - 2) !== ipv4) return
    const start = frame + skipped
    const first = view.getInt32(start)
    const second = view.getInt32(start + 4)
    const life = view.getInt32(start + 8)
    const source = view.getInt32(start + 12)
    const destination = view.getInt32(start + 16)
    const length = first & 0xffff
    if (first >>> 24 !== plainHeader || start + length > frame + captured || (second & fragmentMask) !== 0) return
    // A time to live of 1 and a header sum of zero are told apart elsewhere.
    if (life >>> 24 <= 1 || (life & 0xffff) === 0 || !isOrdinary(source) || !isOrdinary(destination)) return
    const addresses = halves(source) + halves(destination)
    if (fold(halves(first) + halves(second) + halves(life) + addresses) !== 0xffff) return
    const protocol = (life >>> 16) & 0xff
    const ports = view.getInt32(start + headerLength)
    const rest = halves(ports) + addresses + protocol
    if (!isSegmentRight(view, start + headerLength, length - headerLength, protocol, rest)) return
    words[row + Row.input] = this.#entrance.inputOf(source, destination)
    words[row + Row.start] = start
    words[row + Row.length] = length
    words[row + Row.protocol] = protocol
    words[row + Row.source] = source
    words[row + Row.destination] = destination
    words[row + Row.ports] = ports
    words[row + Row.hash] = hashTuple4(source, destination, ports, protocol, 0)
  }
}

/** The sum of both halves of a word. */
const halves = (word: number): number => (word >>> 16) + (word & 0xffff)

/** Its length and its sum, of which `rest` is what does not lie behind the ports. Of UDP, a checksum that was left out is fine. */
function isSegmentRight(view: DataView, at: number, length: number, protocol: number, rest: number): boolean {
  const second = view.getInt32(at + 4)
  if (protocol === Protocol.udp) {
    const said = second >>> 16
    if (said > length || said < udpHeaderLength) return false
    if ((second & 0xffff) === 0) return true
  } else if (protocol !== Protocol.tcp || length < tcpHeaderLength) return false
  return foldedSum(view, at + 8, at + length, halves(second) + rest + length) === 0xffff
}
