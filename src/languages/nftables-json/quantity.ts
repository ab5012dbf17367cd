/** Rates and volumes as nft's JSON: in the largest unit that leaves no rest. */

import type { LimitParameters } from '../../model/rules/index.ts'
import type { Json } from './json.ts'

const units = [
  ['mbytes', 1024 ** 2],
  ['kbytes', 1024],
] as const

export function inUnit(bytes: number): { readonly amount: number; readonly unit: string } {
  const found = bytes === 0 ? undefined : units.find(([, size]) => bytes % size === 0)
  return found ? { amount: bytes / found[1], unit: found[0] } : { amount: bytes, unit: 'bytes' }
}

const periods: Readonly<Record<number, string>> = {
  1: 'second',
  60: 'minute',
  3600: 'hour',
  86400: 'day',
  604800: 'week',
}

/** What `limit` says, as a statement and as an object; packets have no unit. */
export function limitMembers(limit: LimitParameters): { readonly [key: string]: Json } {
  const per = periods[limit.periodSeconds] ?? 'second'
  const inverted: { readonly [key: string]: Json } = limit.isOver ? { inv: true } : {}
  if (!limit.isBytes) return { rate: limit.rate, burst: limit.burst, per, ...inverted }
  const rate = inUnit(limit.rate)
  const burst = inUnit(limit.burst)
  return {
    rate: rate.amount,
    burst: burst.amount,
    per,
    rate_unit: rate.unit,
    burst_unit: burst.unit,
    ...inverted,
  }
}
