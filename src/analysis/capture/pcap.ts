/** Reads pcap: draft-ietf-opsawg-pcap, and Kuznetsov's modified form, whose records say which way the frame went. */
import type { Frame, PacketType } from './frame.ts'
import type { FrameBlock } from './frame-block.ts'
import { hexadecimal } from './hexadecimal.ts'
import { type CaptureFormat, longestFrame, type Reading } from './reading.ts'

/** The first four bytes of a pcap file, read in its own byte order. */
export const pcapMagic = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d, modified: 0xa1b2cd34 } as const

type Magic = (typeof pcapMagic)[keyof typeof pcapMagic]

const fileHeaderLength = 24
const recordHeaderLength = 16
const modifiedRecordHeaderLength = 24

/** `sll_pkttype` in linux/if_packet.h, by number. */
const packetTypes: readonly PacketType[] = ['host', 'broadcast', 'multicast', 'other', 'outgoing']

/** One pcap file; `next` reads the file header first. */
export class PcapFormat implements CaptureFormat {
  readonly name = 'pcap'
  readonly #reading: Reading
  readonly #littleEndian: boolean
  readonly #isModified: boolean
  readonly #recordHeaderLength: number
  readonly #nanosecondsPerUnit: number
  readonly #unitsPerSecond: number
  #hasHeader = false
  #minorVersion = 4
  #linkType = 0

  private constructor(reading: Reading, magic: Magic, littleEndian: boolean) {
    this.#reading = reading
    this.#littleEndian = littleEndian
    this.#isModified = magic === pcapMagic.modified
    this.#recordHeaderLength = this.#isModified ? modifiedRecordHeaderLength : recordHeaderLength
    this.#nanosecondsPerUnit = magic === pcapMagic.nanoseconds ? 1 : 1000
    this.#unitsPerSecond = 1e9 / this.#nanosecondsPerUnit
  }

  /** The format if the four bytes at `at` are one of its magics in either byte order. */
  static detect(reading: Reading, view: DataView, at: number): PcapFormat | undefined {
    for (const littleEndian of [true, false]) {
      const found = view.getUint32(at, littleEndian)
      const magic = Object.values(pcapMagic).find((known) => known === found)
      if (magic !== undefined) return new PcapFormat(reading, magic, littleEndian)
    }
    return undefined
  }

  next(frame: Frame): boolean {
    if (!this.#hasHeader && !this.#readFileHeader()) return false
    const { window } = this.#reading
    const headerLength = this.#recordHeaderLength
    if (!window.has(headerLength)) return false
    const captured = this.#capturedLength(window.view, window.position)
    if (captured > longestFrame) return this.#stopAtLength(captured)
    if (!window.has(headerLength + captured)) return false
    this.#readRecord(frame, captured)
    window.advance(headerLength + captured)
    return true
  }

  /** Records of today's version; whatever is strange about one is left to {@link next}. */
  addRun(block: FrameBlock): number {
    if (this.#isModified || this.#minorVersion < 4) return 0
    const { window } = this.#reading
    const { view, end } = window
    const { room, starts, capturedLengths, originalLengths, seconds, nanoseconds, milliseconds } = block
    const isLittle = this.#littleEndian
    let at = window.position
    let { count } = block
    let cut = 0
    for (; count < room && end - at >= recordHeaderLength; count++) {
      const captured = view.getUint32(at + 8, isLittle)
      const original = view.getUint32(at + 12, isLittle)
      const fraction = view.getUint32(at + 4, isLittle)
      if (
        captured > original ||
        captured > longestFrame ||
        captured > end - at - recordHeaderLength ||
        fraction >= this.#unitsPerSecond
      )
        break
      starts[count] = at + recordHeaderLength
      capturedLengths[count] = captured
      originalLengths[count] = original
      seconds[count] = view.getUint32(at, isLittle)
      nanoseconds[count] = fraction * this.#nanosecondsPerUnit
      milliseconds[count] = (fraction * this.#nanosecondsPerUnit) / 1e6
      if (captured < original) cut++
      at += recordHeaderLength + captured
    }
    block.count = count
    window.position = at
    return cut
  }

  finish(): void {
    const { window, frameCount } = this.#reading
    if (!this.#hasHeader) {
      const message = `expected a pcap file header of ${fileHeaderLength} bytes, found ${window.available}`
      this.#reading.stop('truncated-header', message, window.fileOffset)
    } else if (window.available > 0) {
      const message = `expected ${this.#expectedRecord()}, found ${window.available} bytes before the end of the capture`
      this.#reading.stop('truncated-record', message, window.fileOffset, frameCount + 1)
    }
  }

  #readFileHeader(): boolean {
    const { window, interfaces } = this.#reading
    if (!window.has(fileHeaderLength)) return false
    const { view, position } = window
    const major = view.getUint16(position + 4, this.#littleEndian)
    this.#minorVersion = view.getUint16(position + 6, this.#littleEndian)
    if (major !== 2) {
      this.#reading.stop(
        'unsupported-version',
        `expected pcap version 2, found ${major}.${this.#minorVersion}`,
        window.fileOffset,
      )
      return false
    }
    // The upper half holds the length of the frame check sequence, which IP's own length already leaves out.
    this.#linkType = view.getUint32(position + 20, this.#littleEndian) & 0xffff
    interfaces.push({ linkType: this.#linkType, snapLength: view.getUint32(position + 16, this.#littleEndian) })
    window.advance(fileHeaderLength)
    this.#hasHeader = true
    return true
  }

  /** Before 2.3 the two lengths stood the other way round, and in 2.3 some writers did either. */
  #areLengthsSwapped(view: DataView, at: number): boolean {
    if (this.#minorVersion !== 3) return this.#minorVersion < 3
    return view.getUint32(at + 8, this.#littleEndian) > view.getUint32(at + 12, this.#littleEndian)
  }

  #capturedLength(view: DataView, at: number): number {
    return view.getUint32(this.#areLengthsSwapped(view, at) ? at + 12 : at + 8, this.#littleEndian)
  }

  #readRecord(frame: Frame, captured: number): void {
    const { bytes, view, position: at } = this.#reading.window
    const original = view.getUint32(this.#areLengthsSwapped(view, at) ? at + 8 : at + 12, this.#littleEndian)
    frame.bytes = bytes
    frame.start = at + this.#recordHeaderLength
    frame.capturedLength = captured
    frame.originalLength = original
    this.#readTime(frame, view, at)
    frame.interfaceIndex = 0
    frame.linkType = this.#linkType
    frame.packetType = this.#isModified ? (packetTypes[bytes[at + 22]!] ?? 'unknown') : 'unknown'
    frame.direction =
      frame.packetType === 'unknown' ? 'unknown' : frame.packetType === 'outgoing' ? 'outbound' : 'inbound'
    if (captured > original) this.#noteShortOriginal(captured, original)
  }

  #readTime(frame: Frame, view: DataView, at: number): void {
    const seconds = view.getUint32(at, this.#littleEndian)
    const nanoseconds = view.getUint32(at + 4, this.#littleEndian) * this.#nanosecondsPerUnit
    // A fraction of a second or more is corrupt, but every reader carries it over.
    const carried = nanoseconds < 1e9 ? 0 : Math.floor(nanoseconds / 1e9)
    frame.timeSeconds = seconds + carried
    frame.timeNanoseconds = nanoseconds - carried * 1e9
    frame.hasTime = true
  }

  #expectedRecord(): string {
    const { window } = this.#reading
    if (window.available < this.#recordHeaderLength) return `a record header of ${this.#recordHeaderLength} bytes`
    return `a record of ${this.#recordHeaderLength + this.#capturedLength(window.view, window.position)} bytes`
  }

  #stopAtLength(captured: number): false {
    const message = `expected a captured length of at most ${longestFrame}, found ${captured} (${hexadecimal(captured, 8)})`
    this.#reading.stop('record-too-long', message, this.#reading.window.fileOffset, this.#reading.frameCount + 1)
    return false
  }

  #noteShortOriginal(captured: number, original: number): void {
    const message = `expected an original length of at least the captured ${captured}, found ${original}`
    this.#reading.noteFrame('captured-exceeds-original', message)
  }
}
