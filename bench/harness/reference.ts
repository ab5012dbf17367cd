/**
 * The reference loop: a packet's way in miniature, to compare moments and machines by. Header fields read byte by byte, a hash, an entry
 * found in an open table and updated, a header summed, a few branches. It is fixed: a change to it makes all recorded ratios meaningless.
 */

const packetStride = 64
const entryWords = 32
const headerBytes = 20

/** `flows` sets the footprint: 64 bytes of packet and 136 of table a flow, so that the loop waits for memory as the work beside it does. */
export class Reference {
  readonly #flows: number
  readonly #packets: Uint8Array
  readonly #table: Int32Array
  readonly #entries: Int32Array
  #at = 0
  #sum = 0

  constructor(flows: number) {
    this.#flows = flows
    this.#packets = new Uint8Array(flows * packetStride)
    this.#table = new Int32Array(2 ** Math.ceil(Math.log2(flows * 2)))
    this.#entries = new Int32Array((flows + 1) * entryWords)
    for (let flow = 0; flow < flows; flow++) this.#add(flow)
  }

  /** Entries lie in another order than packets come. */
  #add(flow: number): void {
    const packets = this.#packets
    const at = ((flow * 7919) % this.#flows) * packetStride
    for (let i = 0; i < packetStride; i++) packets[at + i] = Math.imul(flow + i, 0x9e3779b1) >>> 24
    packets[at + 12] = flow >>> 16
    packets[at + 13] = flow >>> 8
    packets[at + 14] = flow
    const source = readWord(packets, at + 12)
    const destination = readWord(packets, at + 16)
    const ports = readWord(packets, at + 20)
    const mask = this.#table.length - 1
    let slot = hash(source, destination, ports) & mask
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask
    this.#table[slot] = flow + 1
    const entry = (flow + 1) * entryWords
    this.#entries[entry] = source
    this.#entries[entry + 1] = destination
    this.#entries[entry + 2] = ports
  }

  run(steps: number): void {
    const packets = this.#packets
    const table = this.#table
    const entries = this.#entries
    const flows = this.#flows
    const mask = table.length - 1
    let at = this.#at
    let sum = this.#sum
    for (let step = 0; step < steps; step++) {
      const packet = at * packetStride
      const source = readWord(packets, packet + 12)
      const destination = readWord(packets, packet + 16)
      const ports = readWord(packets, packet + 20)
      for (let i = 0; i < headerBytes; i += 2) sum += (packets[packet + i]! << 8) | packets[packet + i + 1]!
      let slot = hash(source, destination, ports) & mask
      let entry = 0
      for (;;) {
        entry = table[slot]! * entryWords
        if (entries[entry] === source && entries[entry + 1] === destination && entries[entry + 2] === ports) break
        slot = (slot + 1) & mask
      }
      entries[entry + 3] = step
      if ((packets[packet + 9]! & 1) === 0) entries[entry + 4]! += 1
      else entries[entry + 16]! += sum & 0xffff
      entries[entry + 17]! += packetStride
      sum = (sum & 0xffff) + (sum >>> 16)
      at = at + 1 === flows ? 0 : at + 1
    }
    this.#at = at
    this.#sum = sum
  }

  /** Nanoseconds that one of the next steps takes, by a clock of milliseconds. */
  time(steps: number, clock: () => number): number {
    const started = clock()
    this.run(steps)
    return ((clock() - started) * 1e6) / steps
  }
}

/** All in the processor's nearest caches, and waiting for memory. */
export const nearFlows = 1000
export const farFlows = 60_000

/**
 * How much of the far loop belongs to a step. With others at work on the machine the far loop became 2 to 3 times slower and the workloads
 * 1.0 to 1.2 times: with more than this, a busy machine would make them look better.
 */
const farShare = 0.02

/** Nanoseconds of the step that workloads are compared with: one of the near loop, and a little of one of the far. */
export const stepOf = (near: number, far: number): number => near + farShare * far

const runs = 12
const nearSteps = 400_000
const farSteps = 2 * farFlows

/** The step by the clock on the wall: the quickest of short runs, as others on the machine only ever make it slower. */
export function measureReference(): number {
  const near = new Reference(nearFlows)
  const far = new Reference(farFlows)
  const best = { near: Number.POSITIVE_INFINITY, far: Number.POSITIVE_INFINITY }
  const now = (): number => performance.now()
  for (let run = 0; run < runs; run++) {
    best.near = Math.min(best.near, near.time(nearSteps, now))
    best.far = Math.min(best.far, far.time(farSteps, now))
  }
  return stepOf(best.near, best.far)
}

const readWord = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!

function hash(source: number, destination: number, ports: number): number {
  let mixed = Math.imul(source ^ (destination >>> 7), 0x2c1b3c6d) ^ ports
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x297a2d39)
  return mixed ^ (mixed >>> 15)
}
