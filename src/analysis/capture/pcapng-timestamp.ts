/** Turns pcapng's 64-bit counts of an interface's own unit into seconds and nanoseconds (if_tsresol, if_tsoffset). */
import type { Frame } from './frame.ts'

/** How an interface counts time. */
export interface TimestampUnit {
  /** Ten or two to some power, up to 2^127. */
  readonly unitsPerSecond: bigint
  /** The same as a number if it divides a thousand million, else 0: then bigints are needed. */
  readonly fastUnitsPerSecond: number
  /** Seconds to add to every time. */
  readonly offsetSeconds: number
}

/** `resolution` is the byte of if_tsresol: a negative power of ten, or of two if the top bit is set; 6 by default. */
export function timestampUnit(resolution: number, offsetSeconds: number): TimestampUnit {
  const unitsPerSecond = (resolution & 0x80) === 0 ? 10n ** BigInt(resolution) : 2n ** BigInt(resolution & 0x7f)
  const fastUnitsPerSecond = 1_000_000_000n % unitsPerSecond === 0n ? Number(unitsPerSecond) : 0
  return { unitsPerSecond, fastUnitsPerSecond, offsetSeconds }
}

/**
 * Reads the count at `at`, its upper half first in either byte order. Exact for every unit; finer than nanoseconds is rounded down. Long division by 16-bit digits, because the count
 * exceeds 2^53 and a bigint per frame would allocate: the remainder stays under 2^30, so each step is exact.
 */
export function setTime(frame: Frame, unit: TimestampUnit, view: DataView, at: number, littleEndian: boolean): void {
  const divisor = unit.fastUnitsPerSecond
  const high = view.getUint32(at, littleEndian)
  const low = view.getUint32(at + 4, littleEndian)
  frame.hasTime = true
  if (divisor === 0) return setTimeExactly(frame, unit, high, low)
  const highSeconds = Math.floor(high / divisor)
  const upper = (high - highSeconds * divisor) * 65_536 + (low >>> 16)
  const upperSeconds = Math.floor(upper / divisor)
  const lower = (upper - upperSeconds * divisor) * 65_536 + (low & 0xffff)
  const lowerSeconds = Math.floor(lower / divisor)
  frame.timeSeconds = highSeconds * 4_294_967_296 + upperSeconds * 65_536 + lowerSeconds + unit.offsetSeconds
  frame.timeNanoseconds = (lower - lowerSeconds * divisor) * (1e9 / divisor)
}

function setTimeExactly(frame: Frame, unit: TimestampUnit, high: number, low: number): void {
  const count = (BigInt(high) << 32n) | BigInt(low)
  frame.timeSeconds = Number(count / unit.unitsPerSecond) + unit.offsetSeconds
  frame.timeNanoseconds = Number(((count % unit.unitsPerSecond) * 1_000_000_000n) / unit.unitsPerSecond)
}
