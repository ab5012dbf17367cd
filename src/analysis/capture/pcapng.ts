/** Reads pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, interfaces, and the three packet blocks. */
import { readUint16In, readUint32In } from './byte-order.ts'
import type { Frame } from './frame.ts'
import { hexadecimal } from './hexadecimal.ts'
import { readInterface } from './pcapng-interface.ts'
import { clearFlags, setFlags } from './pcapng-flags.ts'
import type { ProblemCode } from './problem.ts'
import { setTime, type TimestampUnit } from './pcapng-timestamp.ts'
import { longestFrame, type CaptureFormat, type Reading } from './reading.ts'

/** Block types. The section header reads the same in both byte orders. */
export const pcapngBlock = { section: 0x0a0d0d0a, interface: 1, packet: 2, simplePacket: 3, enhancedPacket: 6 } as const

/** Declares a section's byte order. */
export const byteOrderMagic = 0x1a2b3c4d

/** A block that we read is held whole; a longer one is skipped. Leaves a packet's options three times the longest frame. */
const longestBlock = 1_048_576

/** More is an attack on memory, not a machine. */
const mostInterfaces = 65_536

/** Type and length before, length after. */
const frameworkLength = 12

/** Bytes of each packet block between its length and its data. */
const packetHeaderLength = { enhanced: 20, simple: 4 } as const

/** All sections of one pcapng file. After a block whose lengths disagree nothing is searched for: reading stops. */
export class PcapngFormat implements CaptureFormat {
  readonly name = 'pcapng'
  readonly #reading: Reading
  readonly #units: TimestampUnit[] = []
  #littleEndian = true
  /** Index of the section's interface 0 among those of the whole file. */
  #firstInterface = 0
  /** The length that a skipped block must end with; 0 when no block is being skipped. */
  #lengthAfterSkip = 0

  constructor(reading: Reading) {
    this.#reading = reading
  }

  next(frame: Frame): boolean {
    const { window } = this.#reading
    while (!this.#reading.stopped) {
      if (this.#lengthAfterSkip > 0 && !this.#endSkip()) return false
      if (!window.has(8)) return false
      const type = readUint32In(window.bytes, window.position, this.#littleEndian)
      if (type === pcapngBlock.section) {
        if (!this.#readSection()) return false
      } else if (type === pcapngBlock.interface || isPacketBlock(type)) {
        const before = window.fileOffset
        if (this.#readBlock(type, frame)) return true
        if (window.fileOffset === before) return false
      } else if (this.#blockLength(frameworkLength) > 0) {
        this.#reading.skippedBlocks += 1
        this.#startSkip(this.#blockLength(frameworkLength))
      }
    }
    return false
  }

  finish(): void {
    const { window, frameCount } = this.#reading
    if (this.#lengthAfterSkip > 0) {
      const message = `expected ${window.owed + 4} more bytes of a block of ${this.#lengthAfterSkip}, found ${window.available}`
      this.#reading.stop('truncated-block', message, window.fileOffset)
    } else if (window.available > 0) {
      const length = window.available < 8 ? frameworkLength : readUint32In(window.bytes, window.position + 4, this.#littleEndian)
      const message = `expected a block of at least ${length} bytes, found ${window.available} before the end of the capture`
      this.#reading.stop('truncated-block', message, window.fileOffset, frameCount + 1)
    }
  }

  /** The length of the block at hand, or 0 after stopping because it cannot be one. */
  #blockLength(least: number): number {
    const { window } = this.#reading
    const length = readUint32In(window.bytes, window.position + 4, this.#littleEndian)
    if (length >= least && length % 4 === 0) return length
    const message = `expected a block length of at least ${least} and a multiple of 4, found ${length} (${hexadecimal(length, 8)})`
    this.#reading.stop('bad-block-length', message, window.fileOffset)
    return 0
  }

  #startSkip(length: number): void {
    this.#reading.window.skip(length - 4)
    this.#lengthAfterSkip = length
  }

  #endSkip(): boolean {
    const { window } = this.#reading
    if (!window.has(4)) return false
    const isSame = this.#checkTrailer(window.position, this.#lengthAfterSkip)
    if (isSame) window.advance(4)
    this.#lengthAfterSkip = 0
    return isSame
  }

  #checkTrailer(at: number, length: number): boolean {
    const { window } = this.#reading
    const found = readUint32In(window.bytes, at, this.#littleEndian)
    if (found === length) return true
    const message = `expected the block to end with its length ${length}, found ${found} (${hexadecimal(found, 8)})`
    this.#reading.stop('block-length-mismatch', message, window.fileOffset + at - window.position)
    return false
  }

  #readSection(): boolean {
    const { window } = this.#reading
    if (!window.has(16)) return false
    const { bytes, position } = window
    const magic = readUint32In(bytes, position + 8, true)
    this.#littleEndian = magic === byteOrderMagic
    if (!this.#littleEndian && readUint32In(bytes, position + 8, false) !== byteOrderMagic) {
      const message = `expected the byte-order magic ${hexadecimal(byteOrderMagic, 8)}, found ${hexadecimal(magic, 8)}`
      this.#reading.stop('bad-byte-order-magic', message, window.fileOffset + 8)
      return false
    }
    const major = readUint16In(bytes, position + 12, this.#littleEndian)
    if (major !== 1) {
      this.#reading.stop('unsupported-version', `expected pcapng version 1, found ${major}`, window.fileOffset + 12)
      return false
    }
    const length = this.#blockLength(28)
    if (length === 0) return false
    this.#firstInterface = this.#reading.interfaces.length
    this.#startSkip(length)
    return true
  }

  /** True if the block held a frame. False without having moved means: bytes are missing, or reading stopped. */
  #readBlock(type: number, frame: Frame): boolean {
    const { window } = this.#reading
    const length = this.#blockLength(frameworkLength)
    if (length === 0) return false
    if (length > longestBlock) {
      this.#noteBlock('block-too-long', `expected a block of at most ${longestBlock} bytes, found ${length}`)
      this.#startSkip(length)
      return false
    }
    if (!window.has(length)) return false
    const at = window.position
    if (!this.#checkTrailer(at + length - 4, length)) return false
    const hasFrame = type === pcapngBlock.interface ? this.#addInterface(at, length) : this.#readPacket(type, frame, at, length)
    if (!this.#reading.stopped) window.advance(length)
    return hasFrame
  }

  #addInterface(at: number, length: number): false {
    const { window, interfaces } = this.#reading
    if (length < frameworkLength + 8) {
      this.#noteBlock('block-too-short', `expected an interface description of at least 20 bytes, found ${length}`)
      return false
    }
    if (interfaces.length === mostInterfaces) {
      this.#reading.stop('too-many-interfaces', `expected at most ${mostInterfaces} interfaces, found one more`, window.fileOffset)
      return false
    }
    const described = readInterface(window.bytes, at + 8, at + length - 4, this.#littleEndian)
    interfaces.push(described.seen)
    this.#units.push(described.unit)
    if (described.areOptionsBroken) this.#noteBlock('bad-options', 'expected options that end within their block, found a longer one')
    return false
  }

  #readPacket(type: number, frame: Frame, at: number, length: number): boolean {
    const headerLength = type === pcapngBlock.simplePacket ? packetHeaderLength.simple : packetHeaderLength.enhanced
    if (length < frameworkLength + headerLength) {
      this.#noteBlock('block-too-short', `expected a packet block of at least ${frameworkLength + headerLength} bytes, found ${length}`)
      return false
    }
    const isFramed = type === pcapngBlock.simplePacket ? this.#readSimple(frame, at, length) : this.#readTimed(type, frame, at)
    return isFramed && this.#place(frame, at + 8 + headerLength, at + length - 4)
  }

  /** Enhanced Packet Block, or the obsolete Packet Block, which differs in the width of its interface number. */
  #readTimed(type: number, frame: Frame, at: number): boolean {
    const { bytes } = this.#reading.window
    const littleEndian = this.#littleEndian
    const isEnhanced = type === pcapngBlock.enhancedPacket
    const number = isEnhanced ? readUint32In(bytes, at + 8, littleEndian) : readUint16In(bytes, at + 8, littleEndian)
    const unit = this.#enterInterface(frame, number)
    if (unit === undefined) return false
    setTime(frame, unit, readUint32In(bytes, at + 12, littleEndian), readUint32In(bytes, at + 16, littleEndian))
    frame.capturedLength = readUint32In(bytes, at + 20, littleEndian)
    frame.originalLength = readUint32In(bytes, at + 24, littleEndian)
    return true
  }

  /** Simple Packet Block: of interface 0, without time; its captured length follows from the snap length. */
  #readSimple(frame: Frame, at: number, length: number): boolean {
    if (this.#enterInterface(frame, 0) === undefined) return false
    const snapLength = this.#reading.interfaces[frame.interfaceIndex]?.snapLength ?? 0
    const room = length - frameworkLength - packetHeaderLength.simple
    frame.originalLength = readUint32In(this.#reading.window.bytes, at + 8, this.#littleEndian)
    frame.capturedLength = Math.min(frame.originalLength, snapLength === 0 ? room : snapLength, room)
    frame.timeSeconds = 0
    frame.timeNanoseconds = 0
    frame.hasTime = false
    return true
  }

  #enterInterface(frame: Frame, number: number): TimestampUnit | undefined {
    const { interfaces } = this.#reading
    const index = this.#firstInterface + number
    const seen = interfaces[index]
    const unit = this.#units[index]
    if (seen === undefined || unit === undefined) {
      const known = interfaces.length - this.#firstInterface
      this.#noteBlock('unknown-interface', `expected one of the ${known} interfaces of this section, found number ${number}`)
      return undefined
    }
    frame.interfaceIndex = index
    frame.linkType = seen.linkType
    return unit
  }

  /** Checks that the data lie in the block, points the frame at them, and reads the options behind them. */
  #place(frame: Frame, dataStart: number, end: number): boolean {
    const captured = frame.capturedLength
    if (captured > end - dataStart) {
      this.#noteBlock('captured-exceeds-block', `expected a captured length of at most ${end - dataStart}, found ${captured}`)
      return false
    }
    if (captured > longestFrame) {
      this.#noteBlock('block-too-long', `expected a captured length of at most ${longestFrame}, found ${captured}`)
      return false
    }
    const { bytes } = this.#reading.window
    frame.bytes = bytes
    frame.start = dataStart
    if (captured > frame.originalLength) {
      const message = `expected an original length of at least the captured ${captured}, found ${frame.originalLength}`
      this.#noteBlock('captured-exceeds-original', message)
    }
    const optionsStart = dataStart + Math.ceil(captured / 4) * 4
    clearFlags(frame)
    if (frame.hasTime && end - optionsStart >= 4 && !setFlags(frame, bytes, optionsStart, end, this.#littleEndian)) {
      this.#noteBlock('bad-options', 'expected options that end within their block, found a longer one')
    }
    return true
  }

  #noteBlock(code: ProblemCode, message: string): void {
    this.#reading.noteFrame(code, message, this.#reading.window.fileOffset)
  }
}

function isPacketBlock(type: number): boolean {
  return type === pcapngBlock.enhancedPacket || type === pcapngBlock.simplePacket || type === pcapngBlock.packet
}
