/** How many entries a shard had at most, so that all shards together can tell whether the table would have been full. */

/** Model time of one row, in milliseconds. Twice as long an expired entry may stand in the table before the sweep meets it. */
const period = 30_000
const periodsUnswept = 2

/** By period: entries in the table when it began, and entries confirmed within. Periods without a packet have no row. */
export type CensusRows = readonly { readonly period: number; readonly atBegin: number; readonly confirmed: number }[]

export class EntryCensus {
  readonly #rows: { period: number; atBegin: number; confirmed: number }[] = []
  /** There is nothing to {@link note} before this time. */
  until: number = Number.NEGATIVE_INFINITY
  #confirmedBefore = 0

  /** Before a packet at `time`: entries in the table, and entries ever confirmed. Time never runs back. */
  note(time: number, count: number, confirmed: number): void {
    if (time < this.until) return
    this.#close(confirmed)
    const index = Math.floor(time / period)
    this.until = (index + 1) * period
    this.#confirmedBefore = confirmed
    this.#rows.push({ period: index, atBegin: count, confirmed: 0 })
  }

  #close(confirmed: number): void {
    const last = this.#rows.at(-1)
    if (last) last.confirmed = confirmed - this.#confirmedBefore
  }

  /** `confirmed`: entries ever confirmed. */
  read(confirmed: number): CensusRows {
    this.#close(confirmed)
    return this.#rows
  }
}

/**
 * No table of all shards' entries ever held more than this: an entry in it is alive, or expired since the last two periods; so it was
 * there when the first of these began, or has been confirmed since.
 */
export function mostEntries(shards: readonly CensusRows[]): number {
  const periods = new Set(shards.flatMap((rows) => rows.map((row) => row.period)))
  let most = 0
  for (const last of periods) {
    const sum = shards.reduce((all, rows) => all + mostIn(rows, last - periodsUnswept, last), 0)
    most = Math.max(most, sum)
  }
  return most
}

/** Entries of one shard that may be in the table within the periods `first` to `last`. */
function mostIn(rows: CensusRows, first: number, last: number): number {
  let atBegin = 0
  let confirmed = 0
  let isInside = false
  for (const row of rows) {
    if (row.period > last) break
    if (row.period < first) {
      atBegin = row.atBegin + row.confirmed
      continue
    }
    if (!isInside) atBegin = row.atBegin
    isInside = true
    confirmed += row.confirmed
  }
  return atBegin + confirmed
}
