/** Hours and dates as nft writes them, by the clock of the box; the kernel counts in UTC. */

const day = 86_400n

/** Seconds of the day in UTC of `HH:MM[:SS]`, or null. */
export function hourOf(text: string, offsetSeconds: number): bigint | null {
  const [, hours, minutes, seconds] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? []
  if (hours === undefined || minutes === undefined) {
    return /^\d+$/.test(text) ? BigInt(text) : null
  }
  if (Number(hours) > 24 || Number(minutes) > 59 || Number(seconds ?? 0) > 60) return null
  const local = BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0))
  return (((local - BigInt(offsetSeconds)) % day) + day) % day
}

/** Nanoseconds since 1970 in UTC of `YYYY-MM-DD[ HH:MM[:SS]]`, or null. What follows a whole time is passed over, as nft does. */
export function instantOf(text: string, offsetSeconds: number): bigint | null {
  if (/^\d+$/.test(text)) return BigInt(text) * 1_000_000_000n
  const found = /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?/.exec(text)
  if (!found || (found[4] === undefined && found[0].length !== text.length)) return null
  const [, year, month, date, hours, minutes, seconds] = found.map((part) => Number(part ?? 0))
  const days = daysSince1970(year ?? 0, month ?? 0, date ?? 0)
  if ((month ?? 0) < 1 || (month ?? 0) > 12 || (date ?? 0) < 1 || (date ?? 0) > 31 || days < 0) return null
  const local = days * 86_400 + (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)
  return BigInt(local - offsetSeconds) * 1_000_000_000n
}

/** Of the Gregorian calendar. */
function daysSince1970(year: number, month: number, date: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
