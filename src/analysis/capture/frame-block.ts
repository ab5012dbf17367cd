/** Many frames at once, in columns: what lets whoever reads them look ahead. All lie in one array of bytes and are of one kind. */

import { type Columns, ownColumns } from './columns.ts'
import type { Direction, Frame, PacketType } from './frame.ts'

/** So many small frames fit in the processor's nearest caches, with what is noted of them. */
export const blockLength = 128

const noBytes = new Uint8Array(0)

/** What `CaptureReader.nextBlock` fills. Valid until the next call of `nextBlock` or `push`. Columns hold `count` values, as {@link Frame} names them. */
export class FrameBlock {
  count = 0
  /** Number of the first frame; the others follow it. */
  firstNumber = 0
  bytes: Uint8Array = noBytes
  /** The same bytes at the same offsets. */
  view: DataView = new DataView(noBytes.buffer)
  hasTime = true
  interfaceIndex = 0
  linkType = 0
  direction: Direction = 'unknown'
  packetType: PacketType = 'unknown'
  /** How many frames it takes; at most what its columns hold. */
  room: number
  readonly starts: Int32Array
  readonly capturedLengths: Int32Array
  readonly originalLengths: Float64Array
  readonly seconds: Float64Array
  readonly nanoseconds: Int32Array
  /** The same in milliseconds. */
  readonly milliseconds: Float64Array

  constructor(length: number = blockLength, columns: Columns = ownColumns) {
    this.room = length
    this.starts = columns.int32(length)
    this.capturedLengths = columns.int32(length)
    this.originalLengths = columns.float64(length)
    this.seconds = columns.float64(length)
    this.nanoseconds = columns.int32(length)
    this.milliseconds = columns.float64(length)
  }

  get isFull(): boolean {
    return this.count >= this.room
  }

  /** Empties it and takes what all its frames have in common from `frame`, which lies in `view`. */
  begin(frame: Frame, view: DataView): void {
    this.count = 0
    this.firstNumber = frame.number
    if (this.view !== view) {
      this.bytes = frame.bytes
      this.view = view
    }
    this.hasTime = frame.hasTime
    this.interfaceIndex = frame.interfaceIndex
    this.linkType = frame.linkType
    this.direction = frame.direction
    this.packetType = frame.packetType
  }

  /** Whether `frame` is of the kind that the block began with. */
  isAlike(frame: Frame): boolean {
    return (
      frame.bytes === this.bytes &&
      frame.hasTime === this.hasTime &&
      frame.interfaceIndex === this.interfaceIndex &&
      frame.linkType === this.linkType &&
      frame.direction === this.direction &&
      frame.packetType === this.packetType
    )
  }

  add(frame: Frame): void {
    const at = this.count++
    this.starts[at] = frame.start
    this.capturedLengths[at] = frame.capturedLength
    this.originalLengths[at] = frame.originalLength
    this.seconds[at] = frame.timeSeconds
    this.nanoseconds[at] = frame.timeNanoseconds
    this.milliseconds[at] = frame.timeNanoseconds / 1e6
  }

  /** The frame at `index` (from 0), as `next` would have filled it. */
  read(index: number, frame: Frame): void {
    frame.number = this.firstNumber + index
    if (frame.bytes !== this.bytes) frame.bytes = this.bytes
    frame.start = this.starts[index]!
    frame.capturedLength = this.capturedLengths[index]!
    frame.originalLength = this.originalLengths[index]!
    frame.timeSeconds = this.seconds[index]!
    frame.timeNanoseconds = this.nanoseconds[index]!
    frame.hasTime = this.hasTime
    frame.interfaceIndex = this.interfaceIndex
    frame.linkType = this.linkType
    frame.direction = this.direction
    frame.packetType = this.packetType
  }
}
