/** Token bucket in nanoseconds (Linux nft_limit): full at first; each packet takes the time that its share of the rate takes. */

import type { LimitParameters } from '../../rules/index.ts'
import type { Stateful } from '../machine.ts'
import { Result } from '../result.ts'

/** Packets that may come at once when the rule does not say (kernel NFT_LIMIT_PKT_BURST_DEFAULT). */
const defaultBurst = 5

/** Nanoseconds that the bucket holds, and what one packet or byte costs, in the kernel's integer division. */
export function bucketOf(limit: LimitParameters): {
  readonly tokens: number
  readonly perUnit: number
  readonly rest: number
} {
  const nanoseconds = BigInt(limit.periodSeconds) * 1_000_000_000n
  const rate = BigInt(limit.rate)
  const perUnit = nanoseconds / rate
  const burst = BigInt(limit.isBytes || limit.burst > 0 ? limit.burst : defaultBurst)
  const tokens = limit.isBytes ? (nanoseconds * (rate + burst)) / rate : perUnit * burst
  return { tokens: Number(tokens), perUnit: Number(perUnit), rest: Number(nanoseconds % rate) }
}

export function limit(parameters: LimitParameters, now: () => number): Stateful {
  const { perUnit, rest, tokens: full } = bucketOf(parameters)
  const { isBytes, rate } = parameters
  let tokens = full
  let last = now()
  const within = parameters.isOver ? Result.break : Result.next
  const beyond = parameters.isOver ? Result.next : Result.break
  return {
    step: (packet) => {
      const time = now()
      const length = packet.end - packet.start
      // Nanoseconds times length, divided by the rate, in two parts that stay exact.
      const cost = isBytes ? perUnit * length + Math.floor((rest * length) / rate) : perUnit
      const saved = Math.min(full, tokens + Math.max(0, Math.round((time - last) * 1e6)))
      last = time
      tokens = saved >= cost ? saved - cost : saved
      return saved >= cost ? within : beyond
    },
    describe: () => describeLimit(parameters),
  }
}

const periods: Readonly<Record<number, string>> = {
  1: 'second',
  60: 'minute',
  3600: 'hour',
  86400: 'day',
  604800: 'week',
}

export function describeLimit(limit: LimitParameters): string {
  const unit = limit.isBytes ? ' bytes' : ''
  const period = periods[limit.periodSeconds] ?? `${limit.periodSeconds} seconds`
  const burst = limit.burst === 0 ? '' : ` burst ${limit.burst} ${limit.isBytes ? 'bytes' : 'packets'}`
  return `limit rate ${limit.isOver ? 'over ' : ''}${limit.rate}${unit}/${period}${burst}`
}
