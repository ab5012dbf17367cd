/** What a bench measured: figures with their units. */

import { pathToFileURL } from 'node:url'

/** One figure. `value` is null where it could not be measured; then `note` says why. */
export interface Measurement {
  readonly name: string
  readonly value: number | null
  readonly unit: string
  readonly note?: string
}

export type Measure = () => readonly Measurement[] | Promise<readonly Measurement[]>

const digitsOf = (value: number): number => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)

/** `1.23 million packets/s`; with enough digits to compare by, not more. */
export function measurementText({ value, unit }: Measurement): string {
  return value === null ? 'not measured' : `${value.toFixed(digitsOf(value))} ${unit}`.trimEnd()
}

/** For the end of a bench: measures and prints when the bench is the program that was started (`moduleUrl` is its `import.meta.url`). */
export async function printWhenProgram(moduleUrl: string, measure: Measure): Promise<void> {
  if (process.argv[1] === undefined || pathToFileURL(process.argv[1]).href !== moduleUrl) return
  for (const each of await measure()) {
    console.log(`${each.name}: ${measurementText(each)}${each.note === undefined ? '' : ` (${each.note})`}`)
  }
}
