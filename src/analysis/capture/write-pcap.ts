/** Writes pcap (draft-ietf-opsawg-pcap): for tests, benchmarks and demonstrations. */
import { pcapMagic } from './pcap.ts'

/** A frame to write. */
export interface WrittenFrame {
  readonly bytes: Uint8Array
  /** Whole seconds since 1970, 0 to 2^32 - 1; 0 by default. */
  readonly timeSeconds?: number
  /** 0 to 999,999,999; rounded down to microseconds unless the file counts nanoseconds. 0 by default. */
  readonly timeNanoseconds?: number
  /** Length on the wire if `bytes` is only its beginning. */
  readonly originalLength?: number
}

/** How the file is written; by default little-endian, microseconds, Ethernet, snap length 262,144. */
export interface PcapOptions {
  readonly linkType?: number
  readonly littleEndian?: boolean
  readonly nanoseconds?: boolean
  readonly snapLength?: number
}

/** The whole file in memory. Reading it back gives the same frames. */
export function writePcap(frames: readonly WrittenFrame[], options: PcapOptions = {}): Uint8Array {
  const length = frames.reduce((sum, frame) => sum + 16 + frame.bytes.length, 24)
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  writeFileHeader(view, options)
  let at = 24
  for (const frame of frames) {
    writeRecordHeader(view, at, frame, options)
    bytes.set(frame.bytes, at + 16)
    at += 16 + frame.bytes.length
  }
  return bytes
}

function writeFileHeader(view: DataView, options: PcapOptions): void {
  const { linkType = 1, littleEndian = true, nanoseconds = false, snapLength = 262_144 } = options
  view.setUint32(0, nanoseconds ? pcapMagic.nanoseconds : pcapMagic.microseconds, littleEndian)
  view.setUint16(4, 2, littleEndian)
  view.setUint16(6, 4, littleEndian)
  view.setUint32(16, snapLength, littleEndian)
  view.setUint32(20, linkType, littleEndian)
}

function writeRecordHeader(view: DataView, at: number, frame: WrittenFrame, options: PcapOptions): void {
  const { littleEndian = true, nanoseconds = false } = options
  const fraction = frame.timeNanoseconds ?? 0
  view.setUint32(at, frame.timeSeconds ?? 0, littleEndian)
  view.setUint32(at + 4, nanoseconds ? fraction : Math.floor(fraction / 1000), littleEndian)
  view.setUint32(at + 8, frame.bytes.length, littleEndian)
  view.setUint32(at + 12, frame.originalLength ?? frame.bytes.length, littleEndian)
}
