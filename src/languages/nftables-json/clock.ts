/** Hours and dates as nft prints them. The box's clock counts in UTC. */

const two = (number: number): string => String(number).padStart(2, '0')

/** Seconds of the day as `17:00`, with seconds only where there are some. */
export function hourText(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${two(hours)}:${two(minutes)}${rest === 0 ? '' : `:${two(rest)}`}`
}

/** Nanoseconds since 1970 as `2021-06-06 17:00:00`. */
export function dateText(nanoseconds: bigint): string {
  const text = new Date(Number(nanoseconds / 1_000_000n)).toISOString()
  return `${text.slice(0, 10)} ${text.slice(11, 19)}`
}
