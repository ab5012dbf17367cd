/** What the reader shares with the format that it found: bytes, interfaces, problems, and whether to go on. */

import { ByteWindow } from './byte-window.ts'
import type { Frame } from './frame.ts'
import type { FrameBlock } from './frame-block.ts'
import { type ProblemCode, ProblemLog } from './problem.ts'

/** An interface that the capture was taken on. A pcap file has one, without names. */
export interface CaptureInterface {
  readonly linkType: number
  /** The longest `capturedLength` that was asked for; 0 for no limit. */
  readonly snapLength: number
  /** if_name, such as `eth0`; control characters replaced, at most 256 bytes. */
  readonly name?: string
  readonly description?: string
}

/** A capture format: reads the next frame, or answers false when bytes are missing or `reading.stopped` is set. */
export interface CaptureFormat {
  readonly name: 'pcap' | 'pcapng'
  next(frame: Frame): boolean
  /**
   * Adds to a block that has begun the frames that follow in one piece and are everyday; others are left to `next`. Answers how many of
   * them the snap length cut. A format need not have this.
   */
  addRun?(block: FrameBlock): number
  /** Names what the end of the file cut off, if anything; called once, when `next` found no more. */
  finish(): void
}

/**
 * The longest frame that we believe in, in bytes: libpcap's MAXIMUM_SNAPLEN and Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD.
 * A longer one means that the length, and so the place of all that follows, is corrupt.
 */
export const longestFrame = 262_144

/** The state of one reading. */
export class Reading {
  readonly window: ByteWindow = new ByteWindow()
  readonly interfaces: CaptureInterface[] = []
  readonly problems: ProblemLog = new ProblemLog()
  frameCount = 0
  /** Frames shorter than they were on the wire. */
  cutFrameCount = 0
  skippedBlocks = 0
  stopped = false

  /** Notes a problem after which nothing can be read. */
  stop(code: ProblemCode, message: string, byteOffset: number, frame?: number): void {
    this.problems.note(code, message, byteOffset, frame)
    this.stopped = true
  }

  /** Notes a problem of the record or block at hand, which holds the next frame or stands before it. */
  noteFrame(code: ProblemCode, message: string): void {
    this.problems.note(code, message, this.window.fileOffset, this.frameCount + 1)
  }
}
