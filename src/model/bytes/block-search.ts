/** Which of many IPv4 address blocks holds an address: nearly always two loads, whatever their number. */

const undecided = -2
/** What {@link BlockSearch.find} answers where no block holds the address. */
const nothing = -1
const filterBits = 10

/** An IPv4 block: its address as one word, and the bits of it that count. */
export interface Block4 {
  readonly word: number
  readonly length: number
}

const maskOf = (length: number): number => (length === 0 ? 0 : -1 << (32 - length))

/** Where an address stands in the filter of single addresses: hardly any address of a packet is one. */
const filterPlace = (word: number): number => Math.imul(word, 0x9e3779b1) >>> (32 - filterBits)

/** Blocks are given longest first; of equal ones the first counts. Those of one address are `singles`. */
export class BlockSearch {
  private readonly networks: Int32Array
  private readonly masks: Int32Array
  private readonly singles: number
  /** 1 where a single address may stand. */
  private readonly filter = new Uint8Array(1 << filterBits)
  /** Index of the block for all addresses with this first byte that are no singles; {@link undecided} where there are several. */
  private readonly byFirstByte = new Int32Array(256)

  constructor(blocks: readonly Block4[]) {
    this.masks = Int32Array.from(blocks, ({ length }) => maskOf(length))
    this.networks = Int32Array.from(blocks, ({ word, length }) => word & maskOf(length))
    const firstBlock = blocks.findIndex(({ length }) => length < 32)
    this.singles = firstBlock < 0 ? blocks.length : firstBlock
    for (let i = 0; i < this.singles; i++) this.filter[filterPlace(this.networks[i]!)] = 1
    for (let first = 0; first < 256; first++) this.byFirstByte[first] = this.decide(first, blocks)
  }

  private decide(first: number, blocks: readonly Block4[]): number {
    const sharing = blocks.findIndex(({ word, length }, i) => {
      const mask = maskOf(Math.min(length, 8))
      return i >= this.singles && (((first << 24) ^ word) & mask) === 0
    })
    if (sharing < 0) return nothing
    return blocks[sharing]!.length <= 8 ? sharing : undecided
  }

  /** Index of the first block that holds the address, or -1. */
  find(word: number): number {
    const only = this.byFirstByte[word >>> 24]!
    if (only === undecided || this.filter[filterPlace(word)] !== 0) return this.scan(word, this.masks.length)
    return only
  }

  /** Index of the block that is this very address, or -1. */
  findSingle(word: number): number {
    return this.filter[filterPlace(word)] === 0 ? nothing : this.scan(word, this.singles)
  }

  private scan(word: number, count: number): number {
    const { networks, masks } = this
    for (let i = 0; i < count; i++) if ((word & masks[i]!) === networks[i]) return i
    return nothing
  }
}
