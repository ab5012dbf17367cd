/** pcapng's Interface Description Block: what was captured on, and in which unit its times count. */
import type { ByteWindow } from './byte-window.ts'
import { OptionWalk, optionText } from './pcapng-options.ts'
import { type TimestampUnit, timestampUnit } from './pcapng-timestamp.ts'
import type { CaptureInterface } from './reading.ts'

const option = { name: 2, description: 3, timestampResolution: 9, timestampOffset: 14 } as const

/** An interface as the block declares it; `areOptionsBroken` if its options ran over the end of the block. */
export interface DescribedInterface {
  readonly seen: CaptureInterface
  readonly unit: TimestampUnit
  readonly areOptionsBroken: boolean
}

/** Reads the block whose body starts at `at` of the window and ends before `end`, 8 bytes later or more. */
export function readInterface(
  { bytes, view }: ByteWindow,
  at: number,
  end: number,
  littleEndian: boolean,
): DescribedInterface {
  const walk = new OptionWalk()
  const names: { name?: string; description?: string } = {}
  let resolution = 6
  let offsetSeconds = 0
  walk.start(at + 8, end)
  while (walk.step(view, littleEndian)) {
    const { code, valueStart, valueLength } = walk
    if (code === option.name) names.name = optionText(bytes, valueStart, valueLength)
    else if (code === option.description) names.description = optionText(bytes, valueStart, valueLength)
    else if (code === option.timestampResolution && valueLength >= 1) resolution = bytes[valueStart]!
    else if (code === option.timestampOffset && valueLength >= 8)
      offsetSeconds = Number(view.getBigInt64(valueStart, littleEndian))
  }
  const linkType = view.getUint16(at, littleEndian)
  const snapLength = view.getUint32(at + 4, littleEndian)
  const unit = timestampUnit(resolution, offsetSeconds)
  return { seen: { linkType, snapLength, ...names }, unit, areOptionsBroken: walk.isBroken }
}
