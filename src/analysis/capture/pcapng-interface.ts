/** pcapng's Interface Description Block: what was captured on, and in which unit its times count. */
import { readUint16In, readUint32In } from './byte-order.ts'
import { OptionWalk, optionText } from './pcapng-options.ts'
import { timestampUnit, type TimestampUnit } from './pcapng-timestamp.ts'
import type { CaptureInterface } from './reading.ts'

const option = { name: 2, description: 3, timestampResolution: 9, timestampOffset: 14 } as const

/** An interface as the block declares it; `areOptionsBroken` if its options ran over the end of the block. */
export interface DescribedInterface {
  readonly seen: CaptureInterface
  readonly unit: TimestampUnit
  readonly areOptionsBroken: boolean
}

/** Reads the block whose body (after its length) starts at `at` and ends before `end`; at least 8 bytes long. */
export function readInterface(bytes: Uint8Array, at: number, end: number, littleEndian: boolean): DescribedInterface {
  const walk = new OptionWalk()
  const names: { name?: string; description?: string } = {}
  let resolution = 6
  let offsetSeconds = 0
  walk.start(at + 8, end)
  while (walk.step(bytes, littleEndian)) {
    const { code, valueStart, valueLength } = walk
    if (code === option.name) names.name = optionText(bytes, valueStart, valueLength)
    else if (code === option.description) names.description = optionText(bytes, valueStart, valueLength)
    else if (code === option.timestampResolution && valueLength >= 1) resolution = bytes[valueStart]!
    else if (code === option.timestampOffset && valueLength >= 8) offsetSeconds = readInt64(bytes, valueStart, littleEndian)
  }
  const linkType = readUint16In(bytes, at, littleEndian)
  const snapLength = readUint32In(bytes, at + 4, littleEndian)
  const unit = timestampUnit(resolution, offsetSeconds)
  return { seen: { linkType, snapLength, ...names }, unit, areOptionsBroken: walk.isBroken }
}

/** Exact within 2^53 seconds, 285 million years. */
function readInt64(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const high = readUint32In(bytes, littleEndian ? at + 4 : at, littleEndian) | 0
  return high * 4_294_967_296 + readUint32In(bytes, littleEndian ? at : at + 4, littleEndian)
}
