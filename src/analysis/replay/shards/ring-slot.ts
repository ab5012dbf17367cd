/** A block of frames in memory that workers share, with all that is known of its frames before anybody replays them. */

import { type Columns, directions, type Frame, FrameBlock, packetTypes } from '../../capture/index.ts'
import { Clock } from '../clock.ts'
import { type Entrance, EverydayPackets } from '../everyday.ts'

/** What a block's frames have in common, by place in the slot's words. */
const Word = {
  count: 0,
  chunk: 1,
  firstNumber: 2,
  hasTime: 3,
  interfaceIndex: 4,
  linkType: 5,
  direction: 6,
  packetType: 7,
  framesBefore: 8,
  isMixed: 9,
} as const
const words = 10

/** The clock after the block, by place in the slot's doubles. */
const Double = { origin: 0, first: 1, now: 2, backwards: 3 } as const
const doubles = 4

export interface SlotShape {
  readonly workers: number
  /** At most 65,536. */
  readonly framesInSlot: number
}

/** The workers' views of one slot. What is no column is handed over by {@link put} and {@link take}. */
export class RingSlot {
  readonly block: FrameBlock
  readonly everyday: EverydayPackets
  readonly times: Float64Array
  readonly clock: Clock = new Clock()
  /** Places of frames in the block: those of worker w from w times `framesInSlot` up to its `ends`. */
  readonly places: Uint16Array
  readonly ends: Int32Array
  readonly shape: SlotShape
  /** Frames of all captures before the block's first. */
  framesBefore = 0
  /** Frames of several captures or interfaces, whatever the block says: each tells its own. */
  isMixed = false
  /** Where the bytes lie. */
  chunk = 0
  /** Of mixed frames: which capture, their numbers there, and their kinds, packed. */
  readonly #captures: Uint16Array
  readonly #numbers: Int32Array
  readonly #kinds: Int32Array
  readonly #words: Int32Array
  readonly #doubles: Float64Array

  constructor(shape: SlotShape, entrance: Entrance, columns: Columns) {
    const { workers, framesInSlot } = shape
    this.shape = shape
    this.#words = columns.int32(words)
    this.#doubles = columns.float64(doubles)
    this.block = new FrameBlock(framesInSlot, columns)
    this.everyday = new EverydayPackets(entrance, framesInSlot, columns)
    this.times = columns.float64(framesInSlot)
    this.places = columns.uint16(workers * framesInSlot)
    this.ends = columns.int32(workers)
    this.#captures = columns.uint16(framesInSlot)
    this.#numbers = columns.int32(framesInSlot)
    this.#kinds = columns.int32(framesInSlot)
  }

  /** Leaves for other workers what this one has set. */
  put(): void {
    const { block, clock } = this
    const into = this.#words
    into[Word.count] = block.count
    into[Word.chunk] = this.chunk
    into[Word.firstNumber] = block.firstNumber
    into[Word.hasTime] = block.hasTime ? 1 : 0
    into[Word.interfaceIndex] = block.interfaceIndex
    into[Word.linkType] = block.linkType
    into[Word.direction] = directions.indexOf(block.direction)
    into[Word.packetType] = packetTypes.indexOf(block.packetType)
    into[Word.framesBefore] = this.framesBefore
    into[Word.isMixed] = this.isMixed ? 1 : 0
    this.#doubles[Double.origin] = clock.origin
    this.#doubles[Double.first] = clock.first
    this.#doubles[Double.now] = clock.now
    this.#doubles[Double.backwards] = clock.backwards
  }

  /** Sets what another worker has left. */
  take(): void {
    const { block, clock } = this
    const from = this.#words
    block.count = from[Word.count]!
    this.chunk = from[Word.chunk]!
    block.firstNumber = from[Word.firstNumber]!
    block.hasTime = from[Word.hasTime] === 1
    block.interfaceIndex = from[Word.interfaceIndex]!
    block.linkType = from[Word.linkType]!
    block.direction = directions[from[Word.direction]!] ?? 'unknown'
    block.packetType = packetTypes[from[Word.packetType]!] ?? 'unknown'
    this.framesBefore = from[Word.framesBefore]!
    this.isMixed = from[Word.isMixed] === 1
    clock.origin = this.#doubles[Double.origin]!
    clock.first = this.#doubles[Double.first]!
    clock.now = this.#doubles[Double.now]!
    clock.backwards = this.#doubles[Double.backwards]!
  }

  /** Adds a frame to a mixed block. */
  add(frame: Frame, capture: number): void {
    const { block } = this
    const at = block.count
    block.add(frame)
    this.#captures[at] = capture
    this.#numbers[at] = frame.number
    const direction = directions.indexOf(frame.direction)
    this.#kinds[at] = (frame.interfaceIndex << 6) | (direction << 4) | packetTypes.indexOf(frame.packetType)
  }

  /** The frame at `index`. */
  read(index: number, frame: Frame): void {
    this.block.read(index, frame)
    if (!this.isMixed) return
    const kind = this.#kinds[index]!
    frame.number = this.#numbers[index]!
    frame.interfaceIndex = kind >>> 6
    frame.direction = directions[(kind >>> 4) & 3] ?? 'unknown'
    frame.packetType = packetTypes[kind & 15] ?? 'unknown'
  }

  captureOf(index: number): number {
    return this.isMixed ? this.#captures[index]! : 0
  }
}
