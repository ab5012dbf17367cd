/** One row per flow of the replay: who speaks with whom, how much, and what became of it. Rows lie in typed arrays. */

import { printAddress, readInt32, readUint16, writeUint32 } from '../../model/bytes/index.ts'
import { type Conntrack, type PacketRows, Row, rowWords } from '../../model/conntrack/index.ts'
import { hasPorts, Protocol } from '../../model/packet/index.ts'
import {
  Begin,
  beginStride,
  type FlowData,
  FlowFlag,
  Hot,
  HotDouble,
  hotDoubleStride,
  hotStride,
  probeWords,
  stride,
  Word,
} from './flow-layout.ts'

import { stateBits } from './state-bits.ts'

export { FlowFlag } from './flow-layout.ts'

/** What is not used yet was never touched and takes no memory of the machine. */
const growth = 2

const hostBit = 0x40000000

/** A refusal by the host itself, told apart from rule ids; `reason` is a number of the engine's `dropReasons`. */
export const hostDecision = (reason: number): number => hostBit | reason

/** The `reason` of a {@link hostDecision}, or -1 for rules and policies. */
export const hostReason = (decision: number): number =>
  decision > 0 && (decision & hostBit) !== 0 ? decision & ~hostBit : -1

/** The ends of a flow as its first packet met them. */
export interface FlowKey {
  readonly family: 4 | 6
  readonly protocol: number
  readonly source: string
  readonly destination: string
  /** Ports, or null where the protocol has none. For ICMP queries `sourcePort` is the identifier. */
  readonly sourcePort: number | null
  readonly destinationPort: number | null
}

/** A row as data, for reports. Direction `forth` is that of the first packet. */
export interface FlowRow extends FlowKey {
  readonly row: number
  /** Number of its conntrack entry; 0 when none was ever confirmed. */
  readonly entry: number
  readonly packets: {
    readonly forth: number
    readonly back: number
    readonly related: number
    readonly refused: number
  }
  readonly bytes: { readonly forth: number; readonly back: number }
  /** Bits of conntrack states that its packets had. */
  readonly states: number
  /** What decided: a rule id, a negative base chain id, or a {@link hostDecision}. */
  readonly openingRule: number
  readonly refusingRule: number
  readonly isOpeningDropped: boolean
  /** The opening was refused, but a later packet of it was taken for an opening and passed. */
  readonly isOpenedLater: boolean
  readonly isExpected: boolean
  readonly hasPassed: boolean
  readonly firstNumber: number
  readonly firstTime: number
  readonly lastTime: number
}

/** A growing table; rows are numbered from 1 and never removed. */
export class FlowTable {
  #words: Int32Array = new Int32Array(stride * 256)
  #begins: Float64Array = new Float64Array(beginStride * 256)
  #hotDoubles: Float64Array = new Float64Array(hotDoubleStride * 256)
  #hot: Int32Array = new Int32Array(this.#hotDoubles.buffer)
  #buckets: Int32Array = new Int32Array(512)
  #count = 0
  readonly #probe: Int32Array = new Int32Array(probeWords)

  get count(): number {
    return this.#count
  }

  /** Bytes of memory that the rows and their index take. */
  get memory(): number {
    return this.#words.byteLength + this.#begins.byteLength + this.#hot.byteLength + this.#buckets.byteLength
  }

  /** Takes the ends of a packet for {@link find} and {@link add}. `transport` -1: no ports; nor where the packet ends before them. */
  aim(bytes: Uint8Array, family: 4 | 6, source: number, protocol: number, transport: number, end: number): void {
    const probe = this.#probe
    const words = family === 4 ? 1 : 4
    for (let i = 0; i < probeWords; i++) probe[i] = 0
    for (let i = 0; i < words; i++) {
      probe[i] = readInt32(bytes, source + 4 * i)
      probe[4 + i] = readInt32(bytes, source + 4 * (words + i))
    }
    if (transport >= 0) probe[8] = portsAt(bytes, protocol, transport, end)
    probe[9] = protocol | (family === 6 ? 256 : 0)
  }

  /** The same from an entry, for a packet of it that NAT has rewritten: the ends are those of the entry's first packet. */
  aimAtEntry(conntrack: Conntrack, entry: number, isReply: boolean): void {
    const probe = this.#probe
    const protocol = conntrack.protocol(entry)
    probe.fill(0)
    const [source, destination] = isReply ? [1, 0] : [0, 1]
    conntrack.addressWords(entry, 0, source, probe, 0)
    conntrack.addressWords(entry, 0, destination, probe, 4)
    const isIcmp = protocol === Protocol.icmp || protocol === Protocol.icmpv6
    if (hasPorts(protocol) || isIcmp) {
      const identifier = conntrack.port(entry, 0, 0) << 16
      probe[8] = isIcmp ? identifier : (conntrack.port(entry, 0, source) << 16) | conntrack.port(entry, 0, destination)
    }
    probe[9] = protocol | (conntrack.family(entry) === 6 ? 256 : 0)
  }

  /** Row of the latest flow with these ends in either direction, or 0. */
  find(): number {
    for (
      let row = this.#buckets[this.#bucketOf(this.#probe, 0)]!;
      row !== 0;
      row = this.#words[(row - 1) * stride + Word.next]!
    ) {
      if (this.#isForth(row) || this.#isBack(row)) return row
    }
    return 0
  }

  /** Whether the ends aimed at run as in the row's first packet. */
  isForth(row: number): boolean {
    return this.#isForth(row)
  }

  /** A new row for the ends aimed at, in front of others with the same ends. */
  add(number: number, time: number): number {
    if ((this.#count + 1) * stride > this.#words.length) this.#grow()
    this.#count += 1
    const row = this.#count
    const at = (row - 1) * stride
    for (let i = 0; i < probeWords; i++) this.#words[at + i] = this.#probe[i]!
    this.#enter(row)
    this.#begins[(row - 1) * beginStride + Begin.number] = number
    this.#begins[(row - 1) * beginStride + Begin.time] = time
    return row
  }

  /** Counts a packet of the flow. `isReply` as its entry says, or as {@link isForth} says when it has none. */
  countPacket(row: number, isReply: boolean, length: number, time: number, state: number, number: number): void {
    const at = (row - 1) * hotStride
    const hot = this.#hot
    const back = isReply !== ((hot[at + Hot.flags]! & FlowFlag.swapped) !== 0) ? 1 : 0
    hot[at + Hot.forthPackets + back]! += 1
    if (number > 0) hot[at + Hot.lastForth + back] = number
    hot[at + Hot.states]! |= state
    const d = (row - 1) * hotDoubleStride
    // A difference, not a sum: the compiler then does not try whole numbers first, which costs 3 ns.
    this.#hotDoubles[d + HotDouble.forthBytes + back]! -= -length
    this.#hotDoubles[d + HotDouble.lastTime] = time
  }

  /**
   * The same for those of `count` packets that have gone a course, whose owners are rows; others may have been counted after them. Their numbers
   * are not kept: only judgments ask for those. Answers how many.
   */
  countPassed({ times, words }: PacketRows, count: number): number {
    const hot = this.#hot
    const doubles = this.#hotDoubles
    let passed = 0
    for (let i = 0; i < count; i++) {
      const from = i * rowWords
      if (words[from + Row.course] === 0) continue
      passed++
      const row = words[from + Row.owner]! - 1
      const at = row * hotStride
      const back = (words[from + Row.link]! & 1) ^ ((hot[at + Hot.flags]! & FlowFlag.swapped) === 0 ? 0 : 1)
      hot[at + Hot.forthPackets + back]! += 1
      hot[at + Hot.states]! |= stateBits.established
      const d = row * hotDoubleStride
      const time = times[i]!
      doubles[d + HotDouble.forthBytes + back]! -= -words[from + Row.length]!
      if (time > doubles[d + HotDouble.lastTime]!) doubles[d + HotDouble.lastTime] = time
    }
    return passed
  }

  /** Number of its last packet in the entry's original or reply direction; 0: none. */
  lastNumber(row: number, isReply: boolean): number {
    const at = (row - 1) * hotStride
    const isBack = isReply !== ((this.#hot[at + Hot.flags]! & FlowFlag.swapped) !== 0)
    return this.#hot[at + (isBack ? Hot.lastBack : Hot.lastForth)]!
  }

  countRelated(row: number, time: number): void {
    this.#hot[(row - 1) * hotStride + Hot.related]! += 1
    this.#hotDoubles[(row - 1) * hotDoubleStride + HotDouble.lastTime] = time
  }

  countRefused(row: number, rule: number): void {
    const at = (row - 1) * hotStride
    this.#hot[at + Hot.refused]! += 1
    this.#hot[at + Hot.refusingRule] = rule
  }

  flag(row: number, bits: number): void {
    this.#hot[(row - 1) * hotStride + Hot.flags]! |= bits
  }

  hasFlag(row: number, bit: number): boolean {
    return (this.#hot[(row - 1) * hotStride + Hot.flags]! & bit) !== 0
  }

  setOpeningRule(row: number, rule: number): void {
    this.#hot[(row - 1) * hotStride + Hot.openingRule] = rule
  }

  setEntry(row: number, entry: number): void {
    this.#words[(row - 1) * stride + Word.entry] = entry
  }

  entry(row: number): number {
    return this.#words[(row - 1) * stride + Word.entry]!
  }

  /** The arrays themselves, cut to what is in use. */
  get data(): FlowData {
    return {
      count: this.#count,
      words: this.#words.subarray(0, this.#count * stride),
      begins: this.#begins.subarray(0, this.#count * beginStride),
      hot: this.#hotDoubles.subarray(0, this.#count * hotDoubleStride),
    }
  }

  /** A table to read from, whose rows are found no more. */
  static over({ count, words, begins, hot }: FlowData): FlowTable {
    const table = new FlowTable()
    table.#count = count
    table.#words = words
    table.#begins = begins
    table.#hotDoubles = hot
    table.#hot = new Int32Array(hot.buffer, hot.byteOffset, hot.length * 2)
    return table
  }

  /**
   * The first so many in the order of what needs a look: refused openings first, then other refusals; within, those with the most
   * packets, and of these the oldest.
   */
  inTrouble(most: number): FlowRow[] {
    let rows: number[] = []
    const isBefore = (a: number, b: number): number =>
      this.#trouble(b) - this.#trouble(a) || this.#packets(b) - this.#packets(a) || a - b
    for (let row = 1; row <= this.#count; row++) {
      rows.push(row)
      // Without sorting all of a million, nor reading them: a row as data takes two addresses in words.
      if (rows.length > 4096 && rows.length > 4 * most) rows = rows.sort(isBefore).slice(0, most)
    }
    return rows
      .sort(isBefore)
      .slice(0, most)
      .map((row) => this.read(row))
  }

  #trouble(row: number): number {
    if (this.hasFlag(row, FlowFlag.openingDropped)) return 2
    return this.#hot[(row - 1) * hotStride + Hot.refused] === 0 ? 0 : 1
  }

  #packets(row: number): number {
    const at = (row - 1) * hotStride
    return this.#hot[at + Hot.forthPackets]! + this.#hot[at + Hot.backPackets]!
  }

  /** The row as data. */
  read(row: number): FlowRow {
    const words = this.#words.subarray((row - 1) * stride, row * stride)
    const hot = this.#hot.subarray((row - 1) * hotStride, row * hotStride)
    const doubles = this.#hotDoubles.subarray((row - 1) * hotDoubleStride, row * hotDoubleStride)
    const flags = hot[Hot.flags]!
    return {
      ...readKey(words),
      row,
      entry: words[Word.entry]!,
      packets: {
        forth: hot[Hot.forthPackets]!,
        back: hot[Hot.backPackets]!,
        related: hot[Hot.related]!,
        refused: hot[Hot.refused]!,
      },
      bytes: { forth: doubles[HotDouble.forthBytes]!, back: doubles[HotDouble.backBytes]! },
      states: hot[Hot.states]!,
      openingRule: hot[Hot.openingRule]!,
      refusingRule: hot[Hot.refusingRule]!,
      isOpeningDropped: (flags & FlowFlag.openingDropped) !== 0,
      isOpenedLater: (flags & FlowFlag.openedLater) !== 0,
      isExpected: (flags & FlowFlag.expected) !== 0,
      hasPassed: (flags & FlowFlag.passed) !== 0,
      firstNumber: this.#begins[(row - 1) * beginStride + Begin.number]!,
      firstTime: this.#begins[(row - 1) * beginStride + Begin.time]!,
      lastTime: doubles[HotDouble.lastTime]!,
    }
  }

  #isForth(row: number): boolean {
    const at = (row - 1) * stride
    for (let i = 0; i < probeWords; i++) if (this.#words[at + i] !== this.#probe[i]) return false
    return true
  }

  #isBack(row: number): boolean {
    const at = (row - 1) * stride
    const words = this.#words
    const probe = this.#probe
    for (let i = 0; i < 4; i++) {
      if (words[at + i] !== probe[4 + i] || words[at + 4 + i] !== probe[i]) return false
    }
    const ports = probe[8]!
    const swapped = hasPorts(probe[9]! & 255) ? (ports >>> 16) | (ports << 16) : ports
    return words[at + 8] === swapped && words[at + 9] === probe[9]
  }

  /** Of the ends in `words` from `at`; the same for both directions. */
  #bucketOf(words: Int32Array, at: number): number {
    let hash = words[at + 9]!
    for (let i = 0; i < 4; i++) hash = Math.imul(hash ^ (words[at + i]! + words[at + 4 + i]!), 0x9e3779b1)
    const ports = words[at + 8]!
    hash = Math.imul(hash ^ ((ports >>> 16) + (ports & 0xffff)), 0x85ebca6b)
    return (hash ^ (hash >>> 15)) & (this.#buckets.length - 1)
  }

  #grow(): void {
    const rows = Math.ceil((this.#words.length / stride) * growth)
    const words = new Int32Array(rows * stride)
    words.set(this.#words)
    this.#words = words
    const begins = new Float64Array(rows * beginStride)
    begins.set(this.#begins)
    this.#begins = begins
    const hot = new Float64Array(rows * hotDoubleStride)
    hot.set(this.#hotDoubles)
    this.#hotDoubles = hot
    this.#hot = new Int32Array(hot.buffer)
    if (rows > this.#buckets.length) this.#rehash()
  }

  /** Oldest first, so that the latest of equal ends stays in front. */
  #rehash(): void {
    this.#buckets = new Int32Array(this.#buckets.length * 2)
    for (let row = 1; row <= this.#count; row++) this.#enter(row)
  }

  /** Puts the row in front of its bucket. */
  #enter(row: number): void {
    const at = (row - 1) * stride
    const bucket = this.#bucketOf(this.#words, at)
    this.#words[at + Word.next] = this.#buckets[bucket]!
    this.#buckets[bucket] = row
  }
}

/** Both ports in one word; of ICMP the identifier of a query, so that request and reply are one flow. */
function portsAt(bytes: Uint8Array, protocol: number, transport: number, end: number): number {
  if (hasPorts(protocol)) return transport + 4 <= end ? readInt32(bytes, transport) : 0
  const isIcmp = protocol === Protocol.icmp || protocol === Protocol.icmpv6
  return isIcmp && transport + 6 <= end ? readUint16(bytes, transport + 4) << 16 : 0
}

function readKey(words: Int32Array): FlowKey {
  const family = (words[Word.protocol]! & 256) === 0 ? 4 : 6
  const protocol = words[Word.protocol]! & 255
  const ports = words[Word.ports]!
  const isIcmp = protocol === Protocol.icmp || protocol === Protocol.icmpv6
  return {
    family,
    protocol,
    source: addressFrom(words, Word.source, family),
    destination: addressFrom(words, Word.destination, family),
    sourcePort: hasPorts(protocol) || isIcmp ? ports >>> 16 : null,
    destinationPort: hasPorts(protocol) ? ports & 0xffff : null,
  }
}

function addressFrom(words: Int32Array, at: number, family: 4 | 6): string {
  const bytes = new Uint8Array(family === 4 ? 4 : 16)
  for (let i = 0; i < bytes.length / 4; i++) writeUint32(bytes, 4 * i, words[at + i]!)
  return printAddress(bytes, 0, bytes.length)
}
