/** Reads pcapng (draft-ietf-opsawg-pcapng): blocks, and the sections and interfaces that they declare. */
import type { Frame } from './frame.ts'
import { hexadecimal } from './hexadecimal.ts'
import { readInterface } from './pcapng-interface.ts'
import { isPacketBlock, readPacket } from './pcapng-packet.ts'
import { frameworkLength, type PcapngSection, pcapngBlock } from './pcapng-section.ts'
import type { ProblemCode } from './problem.ts'
import type { CaptureFormat, Reading } from './reading.ts'

/** Declares a section's byte order. */
const byteOrderMagic = 0x1a2b3c4d

/** A block that we read is held whole; a longer one is skipped. Leaves a packet's options three times the longest frame. */
const longestBlock = 1_048_576

/** More is an attack on memory, not a machine. */
const mostInterfaces = 65_536

/** What came of a block: a frame, nothing but progress, or no progress (bytes are missing, or reading stopped). */
type Step = 'frame' | 'passed' | 'waiting'

/** All sections of one pcapng file. After a block whose lengths disagree nothing is searched for: reading stops. */
export class PcapngFormat implements CaptureFormat {
  readonly name = 'pcapng'
  readonly #reading: Reading
  readonly #section: PcapngSection = { littleEndian: true, firstInterface: 0, units: [] }
  /** The length that a skipped block must end with; 0 when no block is being skipped. */
  #lengthAfterSkip = 0

  constructor(reading: Reading) {
    this.#reading = reading
  }

  next(frame: Frame): boolean {
    for (;;) {
      const step = this.#lengthAfterSkip > 0 ? this.#endSkip() : this.#readBlock(frame)
      if (step !== 'passed') return step === 'frame'
    }
  }

  finish(): void {
    const { window, frameCount } = this.#reading
    if (this.#lengthAfterSkip > 0) {
      const message = `expected ${window.owed + 4} more bytes of a block of ${this.#lengthAfterSkip}, found ${window.available}`
      this.#reading.stop('truncated-block', message, window.fileOffset)
    } else if (window.available > 0) {
      const length = window.available < 8 ? frameworkLength : this.#uint32(4)
      const message = `expected a block of at least ${length} bytes, found ${window.available} before the end of the capture`
      this.#reading.stop('truncated-block', message, window.fileOffset, frameCount + 1)
    }
  }

  #readBlock(frame: Frame): Step {
    if (!this.#reading.window.has(8)) return 'waiting'
    const type = this.#uint32(0)
    if (type === pcapngBlock.section) return this.#readSection()
    const length = this.#blockLength(frameworkLength)
    if (length === 0) return 'waiting'
    if (isPacketBlock(type) || type === pcapngBlock.interface) return this.#readWhole(type, length, frame)
    this.#reading.skippedBlocks += 1
    return this.#startSkip(length)
  }

  #readWhole(type: number, length: number, frame: Frame): Step {
    const { window } = this.#reading
    if (length > longestBlock) {
      this.#reading.noteFrame('block-too-long', `expected a block of at most ${longestBlock} bytes, found ${length}`)
      return this.#startSkip(length)
    }
    if (!window.has(length) || !this.#endsWith(length, length - 4)) return 'waiting'
    const isFrame = type !== pcapngBlock.interface && readPacket(this.#reading, this.#section, type, length, frame)
    if (type === pcapngBlock.interface) this.#addInterface(length)
    if (this.#reading.stopped) return 'waiting'
    window.advance(length)
    return isFrame ? 'frame' : 'passed'
  }

  #readSection(): Step {
    const { window } = this.#reading
    if (!window.has(16)) return 'waiting'
    this.#section.littleEndian = window.view.getUint32(window.position + 8, true) === byteOrderMagic
    this.#section.firstInterface = this.#reading.interfaces.length
    if (this.#uint32(8) !== byteOrderMagic) {
      const message = `expected the byte-order magic ${hexadecimal(byteOrderMagic, 8)}, found ${hexadecimal(this.#uint32(8), 8)}`
      return this.#stop('bad-byte-order-magic', message, 8)
    }
    const major = window.view.getUint16(window.position + 12, this.#section.littleEndian)
    if (major !== 1) return this.#stop('unsupported-version', `expected pcapng version 1, found ${major}`, 12)
    const length = this.#blockLength(28)
    return length === 0 ? 'waiting' : this.#startSkip(length)
  }

  #addInterface(length: number): void {
    const { window, interfaces } = this.#reading
    if (length < frameworkLength + 8) {
      this.#reading.noteFrame(
        'block-too-short',
        `expected an interface description of at least 20 bytes, found ${length}`,
      )
      return
    }
    if (interfaces.length === mostInterfaces) {
      this.#stop('too-many-interfaces', `expected at most ${mostInterfaces} interfaces, found one more`, 0)
      return
    }
    const described = readInterface(
      window,
      window.position + 8,
      window.position + length - 4,
      this.#section.littleEndian,
    )
    interfaces.push(described.seen)
    this.#section.units.push(described.unit)
    if (described.areOptionsBroken) {
      this.#reading.noteFrame('bad-options', 'expected options that end within their block, found a longer one')
    }
  }

  /** The length of the block at hand, or 0 after stopping because it cannot be one. */
  #blockLength(least: number): number {
    const length = this.#uint32(4)
    if (length >= least && length % 4 === 0) return length
    const message = `expected a block length of at least ${least} and a multiple of 4, found ${length} (${hexadecimal(length, 8)})`
    this.#stop('bad-block-length', message, 0)
    return 0
  }

  #startSkip(length: number): Step {
    this.#reading.window.skip(length - 4)
    this.#lengthAfterSkip = length
    return 'passed'
  }

  #endSkip(): Step {
    const { window } = this.#reading
    if (!window.has(4) || !this.#endsWith(this.#lengthAfterSkip, 0)) return 'waiting'
    window.advance(4)
    this.#lengthAfterSkip = 0
    return 'passed'
  }

  /** Whether the length behind a block, `distance` bytes from here, repeats the one before it. */
  #endsWith(length: number, distance: number): boolean {
    const found = this.#uint32(distance)
    if (found === length) return true
    const message = `expected the block to end with its length ${length}, found ${found} (${hexadecimal(found, 8)})`
    this.#stop('block-length-mismatch', message, distance)
    return false
  }

  #uint32(distance: number): number {
    const { view, position } = this.#reading.window
    return view.getUint32(position + distance, this.#section.littleEndian)
  }

  #stop(code: ProblemCode, message: string, distance: number): 'waiting' {
    this.#reading.stop(code, message, this.#reading.window.fileOffset + distance)
    return 'waiting'
  }
}
