/** The flow tables of all shards as the one table that a single worker would have filled: rows in order of their first frames. */

import { Protocol } from '../../../model/packet/index.ts'
import {
  Begin,
  beginStride,
  type FlowData,
  FlowFlag,
  Hot,
  HotDouble,
  hotDoubleStride,
  hotStride,
  stride,
  Word,
} from '../flow-layout.ts'
import { FlowTable } from '../flow-table.ts'
import { stateBits } from '../state-bits.ts'
import type { ShardNumbers } from './numbering.ts'

export interface MergedFlows {
  readonly flows: FlowTable
  /** Whose opening was refused. */
  readonly refused: number
}

/** Null: ICMP errors of several shards, without a connection, share a row in a way that only their order tells. */
export function mergeFlows(shards: readonly FlowData[], numbers: readonly ShardNumbers[]): MergedFlows | null {
  const merging = new FlowMerging(shards, numbers)
  return merging.run()
}

interface IcmpEnds {
  readonly row: number
  readonly shard: number
  /** The shard has no other row with these ends. */
  isSole: boolean
}

/** Flags of rows without an entry, whose packets can be counted together. */
const plainFlags = FlowFlag.openingDropped | FlowFlag.family6 | FlowFlag.passed
/** States of packets that have no entry. */
const entryless = stateBits.invalid | stateBits.untracked

function copyRow<T extends Int32Array | Float64Array>(
  from: T,
  into: T,
  row: number,
  intoRow: number,
  size: number,
): void {
  for (let i = 0; i < size; i++) into[intoRow * size + i] = from[row * size + i]!
}

class FlowMerging {
  readonly #shards: readonly FlowData[]
  readonly #numbers: readonly ShardNumbers[]
  readonly #words: Int32Array
  readonly #begins: Float64Array
  readonly #hotDoubles: Float64Array
  readonly #hot: Int32Array
  /** Rows of ICMP by their ends, with the shard that they came from; only they may be in several shards. */
  readonly #icmp: Map<string, IcmpEnds> = new Map()
  #count = 0

  constructor(shards: readonly FlowData[], numbers: readonly ShardNumbers[]) {
    const rows = shards.reduce((sum, { count }) => sum + count, 0)
    this.#shards = shards
    this.#numbers = numbers
    this.#words = new Int32Array(rows * stride)
    this.#begins = new Float64Array(rows * beginStride)
    this.#hotDoubles = new Float64Array(rows * hotDoubleStride)
    this.#hot = new Int32Array(this.#hotDoubles.buffer)
  }

  run(): MergedFlows | null {
    const places = this.#shards.map(() => 0)
    for (;;) {
      let first = -1
      let frame = Number.POSITIVE_INFINITY
      for (let i = 0; i < places.length; i++) {
        const next = this.#shards[i]?.begins[places[i]! * beginStride + Begin.number] ?? Number.POSITIVE_INFINITY
        if (next >= frame) continue
        frame = next
        first = i
      }
      if (first < 0) return this.#end()
      if (!this.#take(first, places[first]!)) return null
      places[first]! += 1
    }
  }

  #end(): MergedFlows {
    const count = this.#count
    let refused = 0
    for (let row = 0; row < count; row++)
      if ((this.#hot[row * hotStride + Hot.flags]! & FlowFlag.openingDropped) !== 0) refused += 1
    const flows = FlowTable.over({ count, words: this.#words, begins: this.#begins, hot: this.#hotDoubles })
    return { flows, refused }
  }

  /** False: the row cannot be counted together with that of another shard. */
  #take(shard: number, from: number): boolean {
    const { words, begins, hot } = this.#shards[shard]!
    const row = this.#count
    const at = row * stride
    copyRow(words, this.#words, from, row, stride)
    copyRow(begins, this.#begins, from, row, beginStride)
    copyRow(hot, this.#hotDoubles, from, row, hotDoubleStride)
    const numbers = this.#numbers[shard]!
    this.#words[at + Word.entry] = numbers.entry(this.#words[at + Word.entry]!)
    const begin = row * beginStride + Begin.number
    this.#begins[begin] = numbers.packet(this.#begins[begin]!)
    const protocol = this.#words[at + Word.protocol]! & 255
    if (protocol === Protocol.icmp || protocol === Protocol.icmpv6) return this.#takeIcmp(row, shard)
    this.#count += 1
    return true
  }

  /** An ICMP error lies in the shard of what it quotes; where it belongs to no connection, its row goes by its own addresses. */
  #takeIcmp(row: number, shard: number): boolean {
    const key = this.#keyOf(row)
    const known = this.#icmp.get(key)
    if (known && known.shard !== shard) return known.isSole && this.#absorb(known.row, row)
    if (known) known.isSole = false
    else this.#icmp.set(key, { row, shard, isSole: true })
    this.#count += 1
    return true
  }

  /** The ends of a row, the same in both directions. */
  #keyOf(row: number): string {
    const at = row * stride
    const one = this.#words.subarray(at, at + Word.destination).join()
    const other = this.#words.subarray(at + Word.destination, at + Word.ports).join()
    const ends = one < other ? `${one} ${other}` : `${other} ${one}`
    return `${ends} ${this.#words[at + Word.ports]} ${this.#words[at + Word.protocol]}`
  }

  /** Counts the packets of a later row, which does not stay, with those of an earlier one. */
  #absorb(row: number, later: number): boolean {
    const hot = this.#hot
    const at = row * hotStride
    const from = later * hotStride
    if (!this.#isPlain(row) || !this.#isPlain(later)) return false
    const isOpposite = this.#isOpposite(row, later)
    const states = hot[at + Hot.states]! | hot[from + Hot.states]!
    if (isOpposite && (states & ~entryless) !== 0) return false
    const isRefused = hot[at + Hot.refused] !== 0
    const isLaterRefused = hot[from + Hot.refused] !== 0
    if (isRefused && isLaterRefused && hot[at + Hot.refusingRule] !== hot[from + Hot.refusingRule]) return false
    if (isLaterRefused) hot[at + Hot.refusingRule] = hot[from + Hot.refusingRule]!
    hot[at + Hot.refused]! += hot[from + Hot.refused]!
    hot[at + Hot.states] = states
    hot[at + Hot.flags]! |= hot[from + Hot.flags]! & FlowFlag.passed
    const back = isOpposite ? 1 : 0
    hot[at + Hot.forthPackets]! += hot[from + Hot.forthPackets + back]!
    hot[at + Hot.backPackets]! += hot[from + Hot.backPackets - back]!
    this.#addDoubles(row * hotDoubleStride, later * hotDoubleStride, back)
    return true
  }

  #addDoubles(at: number, from: number, back: 0 | 1): void {
    const doubles = this.#hotDoubles
    doubles[at + HotDouble.forthBytes]! += doubles[from + HotDouble.forthBytes + back]!
    doubles[at + HotDouble.backBytes]! += doubles[from + HotDouble.backBytes - back]!
    doubles[at + HotDouble.lastTime] = Math.max(doubles[at + HotDouble.lastTime]!, doubles[from + HotDouble.lastTime]!)
  }

  /** Of two rows with the same ends. */
  #isOpposite(row: number, later: number): boolean {
    for (let i = Word.source; i < Word.destination; i++)
      if (this.#words[row * stride + i] !== this.#words[later * stride + i]) return true
    return false
  }

  #isPlain(row: number): boolean {
    const flags = this.#hot[row * hotStride + Hot.flags]!
    return this.#words[row * stride + Word.entry] === 0 && (flags & ~plainFlags) === 0
  }
}
