/** pcapng's three packet blocks: Enhanced, Simple, and the obsolete Packet Block. */
import type { Frame } from './frame.ts'
import { clearFlags, setFlags } from './pcapng-flags.ts'
import { frameworkLength, type PcapngSection, pcapngBlock } from './pcapng-section.ts'
import { setTime, type TimestampUnit } from './pcapng-timestamp.ts'
import { longestFrame, type Reading } from './reading.ts'

/** Bytes between a block's length and its data. */
const headerLength = { timed: 20, simple: 4 } as const

/** Whether blocks of this type hold a frame. */
export function isPacketBlock(type: number): boolean {
  return type === pcapngBlock.enhancedPacket || type === pcapngBlock.simplePacket || type === pcapngBlock.packet
}

/** Fills `frame` from the whole block at the window's position; false (and a problem noted) if it holds no usable frame. */
export function readPacket(
  reading: Reading,
  section: PcapngSection,
  type: number,
  length: number,
  frame: Frame,
): boolean {
  const isSimple = type === pcapngBlock.simplePacket
  const before = 8 + (isSimple ? headerLength.simple : headerLength.timed)
  if (length < before + 4) {
    reading.noteFrame('block-too-short', `expected a packet block of at least ${before + 4} bytes, found ${length}`)
    return false
  }
  const isRead = isSimple ? readSimple(reading, section, length, frame) : readTimed(reading, section, type, frame)
  if (!isRead || !isCapturedLengthGood(reading, frame, length - before - 4)) return false
  const { bytes, position } = reading.window
  frame.bytes = bytes
  frame.start = position + before
  clearFlags(frame)
  if (!isSimple) readOptions(reading, section, position + length - 4, frame)
  return true
}

/** Enhanced and obsolete blocks differ only in the width of their interface number. */
function readTimed(reading: Reading, section: PcapngSection, type: number, frame: Frame): boolean {
  const { view, position } = reading.window
  const { littleEndian } = section
  const isEnhanced = type === pcapngBlock.enhancedPacket
  const number = isEnhanced ? view.getUint32(position + 8, littleEndian) : view.getUint16(position + 8, littleEndian)
  const unit = enterInterface(reading, section, number, frame)
  if (unit === undefined) return false
  setTime(frame, unit, view, position + 12, littleEndian)
  frame.capturedLength = view.getUint32(position + 20, littleEndian)
  frame.originalLength = view.getUint32(position + 24, littleEndian)
  return true
}

/** Of interface 0, without time; the captured length follows from the snap length. */
function readSimple(reading: Reading, section: PcapngSection, length: number, frame: Frame): boolean {
  if (enterInterface(reading, section, 0, frame) === undefined) return false
  const { view, position } = reading.window
  const snapLength = reading.interfaces[frame.interfaceIndex]?.snapLength ?? 0
  const room = length - frameworkLength - headerLength.simple
  frame.originalLength = view.getUint32(position + 8, section.littleEndian)
  frame.capturedLength = Math.min(frame.originalLength, snapLength === 0 ? room : snapLength, room)
  frame.timeSeconds = 0
  frame.timeNanoseconds = 0
  frame.hasTime = false
  return true
}

function enterInterface(
  reading: Reading,
  section: PcapngSection,
  number: number,
  frame: Frame,
): TimestampUnit | undefined {
  const index = section.firstInterface + number
  const seen = reading.interfaces[index]
  const unit = section.units[index]
  if (seen === undefined || unit === undefined) {
    const known = reading.interfaces.length - section.firstInterface
    reading.noteFrame(
      'unknown-interface',
      `expected one of the ${known} interfaces of this section, found number ${number}`,
    )
    return undefined
  }
  frame.interfaceIndex = index
  frame.linkType = seen.linkType
  return unit
}

function isCapturedLengthGood(reading: Reading, { capturedLength, originalLength }: Frame, room: number): boolean {
  if (capturedLength > room) {
    reading.noteFrame(
      'captured-exceeds-block',
      `expected a captured length of at most ${room}, found ${capturedLength}`,
    )
    return false
  }
  if (capturedLength > longestFrame) {
    reading.noteFrame(
      'block-too-long',
      `expected a captured length of at most ${longestFrame}, found ${capturedLength}`,
    )
    return false
  }
  if (capturedLength > originalLength) {
    const message = `expected an original length of at least the captured ${capturedLength}, found ${originalLength}`
    reading.noteFrame('captured-exceeds-original', message)
  }
  return true
}

function readOptions(reading: Reading, { littleEndian }: PcapngSection, end: number, frame: Frame): void {
  const start = frame.start + ((frame.capturedLength + 3) & ~3)
  if (end - start < 4 || setFlags(frame, reading.window.view, start, end, littleEndian)) return
  reading.noteFrame('bad-options', 'expected options that end within their block, found a longer one')
}
