/**
 * Blocks of frames on their way through the workers of one replay. One worker reads them from the captures; any worker, whoever has
 * nothing better to do, decodes one; then each replays its own frames of every block, in order. Slots and chunks of bytes go round: they
 * are written anew when all workers are through with them.
 */

import { BufferColumns, bytesOfColumns, longestFrame } from '../../capture/index.ts'
import type { Entrance } from '../everyday.ts'
import { RingSlot, type SlotShape } from './ring-slot.ts'

export interface RingShape extends SlotShape {
  readonly slots: number
  readonly chunks: number
  /** Bytes that are read at once. */
  readonly chunkLength: number
}

/** What the workers share; plain data, made of shared buffers. */
export interface RingMemory {
  readonly shape: RingShape
  readonly counters: SharedArrayBuffer
  readonly slots: readonly SharedArrayBuffer[]
  readonly chunks: readonly SharedArrayBuffer[]
}

/** Numbers that only grow. Blocks and chunks are counted from 0 on; block n lies in slot n modulo the number of slots. */
const Counter = {
  /** Grows whenever anything else does: what waiting workers watch. */
  changes: 0,
  /** Blocks that were read. */
  written: 1,
  /** 1: there will be no more of them. */
  isEnded: 2,
  /** Blocks that are being decoded, or were. */
  claimed: 3,
} as const
const counters = 4

const noEntrance: Entrance = { inputOf: () => 0 }

export function createRingMemory(shape: RingShape): RingMemory {
  const { workers, slots, chunks, chunkLength } = shape
  const slotBytes = bytesOfColumns((columns) => new RingSlot(shape, noEntrance, columns))
  const buffers = (count: number, bytes: number): SharedArrayBuffer[] =>
    Array.from({ length: count }, () => new SharedArrayBuffer(bytes))
  return {
    shape,
    counters: new SharedArrayBuffer(4 * (counters + slots + workers)),
    slots: buffers(slots, slotBytes),
    // Behind a chunk lies the frame that began in the one before.
    chunks: buffers(chunks, chunkLength + longestFrame),
  }
}

/** One worker's view of the ring. */
export class FrameRing {
  readonly shape: RingShape
  /** All of each chunk's memory. */
  readonly chunks: readonly Uint8Array[]
  readonly views: readonly DataView[]
  readonly #slots: readonly RingSlot[]
  readonly #counters: Int32Array
  /** By slot: one more than the number of the block that was decoded there last. */
  readonly #decoded: Int32Array
  /** By worker: blocks that it is through with. */
  readonly #consumed: Int32Array

  /** `entrance`: what finding everyday packets needs to know; null: they are not looked for. */
  constructor({ shape, counters: counts, slots, chunks }: RingMemory, entrance: Entrance | null) {
    this.shape = shape
    this.chunks = chunks.map((buffer) => new Uint8Array(buffer))
    this.views = chunks.map((buffer) => new DataView(buffer))
    this.#slots = slots.map((buffer) => new RingSlot(shape, entrance ?? noEntrance, new BufferColumns(buffer)))
    this.#counters = new Int32Array(counts, 0, counters)
    this.#decoded = new Int32Array(counts, 4 * counters, shape.slots)
    this.#consumed = new Int32Array(counts, 4 * (counters + shape.slots), shape.workers)
  }

  /** To be read before looking for work, and then given to {@link wait}. */
  get changes(): number {
    return Atomics.load(this.#counters, Counter.changes)
  }

  /** Until there is more than `changes`. Only for threads that may wait. */
  wait(changes: number): void {
    Atomics.wait(this.#counters, Counter.changes, changes)
  }

  /** The same for threads that may not wait. */
  async change(changes: number): Promise<void> {
    const { async: isWaiting, value } = Atomics.waitAsync(this.#counters, Counter.changes, changes)
    if (isWaiting) await value
  }

  /** Wakes all who wait. */
  wake(): void {
    Atomics.add(this.#counters, Counter.changes, 1)
    Atomics.notify(this.#counters, Counter.changes)
  }

  get written(): number {
    return Atomics.load(this.#counters, Counter.written)
  }

  /** Blocks that all workers are through with. */
  get released(): number {
    let least = this.written
    for (let i = 0; i < this.#consumed.length; i++) least = Math.min(least, Atomics.load(this.#consumed, i))
    return least
  }

  /** The slot of the next block to be read; null: one has to wait for it. */
  slotToWrite(): RingSlot | null {
    const { written } = this
    if (written - this.released >= this.shape.slots) return null
    return this.#slotOf(written)
  }

  /** Lets everybody have the block in {@link slotToWrite}. */
  write(slot: RingSlot): void {
    slot.put()
    Atomics.add(this.#counters, Counter.written, 1)
    this.wake()
  }

  end(): void {
    Atomics.store(this.#counters, Counter.isEnded, 1)
    this.wake()
  }

  get isEnded(): boolean {
    return Atomics.load(this.#counters, Counter.isEnded) === 1
  }

  /** Takes the next block that nobody has decoded, if there is one: its number, or -1. */
  claim(): number {
    for (;;) {
      const next = Atomics.load(this.#counters, Counter.claimed)
      if (next >= this.written) return -1
      if (Atomics.compareExchange(this.#counters, Counter.claimed, next, next + 1) === next) return next
    }
  }

  /** Block `number`, as it was written. */
  slot(number: number): RingSlot {
    const slot = this.#slotOf(number)
    slot.take()
    const { block, chunk } = slot
    block.bytes = this.chunks[chunk]!
    block.view = this.views[chunk]!
    return slot
  }

  /** What it takes to replay block `number` is in its slot now. */
  noteDecoded(number: number): void {
    Atomics.store(this.#decoded, number % this.shape.slots, number + 1)
    this.wake()
  }

  isDecoded(number: number): boolean {
    return Atomics.load(this.#decoded, number % this.shape.slots) === number + 1
  }

  /** The worker is through with so many blocks. */
  noteConsumed(worker: number, blocks: number): void {
    Atomics.store(this.#consumed, worker, blocks)
    this.wake()
  }

  #slotOf(number: number): RingSlot {
    return this.#slots[number % this.#slots.length]!
  }
}
