/** Writes pcap (draft-ietf-opsawg-pcap): for tests, benchmarks and demonstrations. */
import { writeUint16In, writeUint32In } from './byte-order.ts'
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
  writeFileHeader(bytes, options)
  let at = 24
  for (const frame of frames) at = writeRecord(bytes, at, frame, options)
  return bytes
}

function writeFileHeader(bytes: Uint8Array, options: PcapOptions): void {
  const { linkType = 1, littleEndian = true, nanoseconds = false, snapLength = 262_144 } = options
  writeUint32In(bytes, 0, nanoseconds ? pcapMagic.nanoseconds : pcapMagic.microseconds, littleEndian)
  writeUint16In(bytes, 4, 2, littleEndian)
  writeUint16In(bytes, 6, 4, littleEndian)
  writeUint32In(bytes, 16, snapLength, littleEndian)
  writeUint32In(bytes, 20, linkType, littleEndian)
}

/** Answers where the next record starts. */
function writeRecord(bytes: Uint8Array, at: number, frame: WrittenFrame, options: PcapOptions): number {
  const { littleEndian = true, nanoseconds = false } = options
  const fraction = frame.timeNanoseconds ?? 0
  writeUint32In(bytes, at, frame.timeSeconds ?? 0, littleEndian)
  writeUint32In(bytes, at + 4, nanoseconds ? fraction : Math.floor(fraction / 1000), littleEndian)
  writeUint32In(bytes, at + 8, frame.bytes.length, littleEndian)
  writeUint32In(bytes, at + 12, frame.originalLength ?? frame.bytes.length, littleEndian)
  bytes.set(frame.bytes, at + 16)
  return at + 16 + frame.bytes.length
}
