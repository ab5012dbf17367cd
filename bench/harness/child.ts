/** One workload in a process of its own: the reference loop, the workload, the reference loop; a line of JSON at the end. */

import type { Measure, Measurement } from './measurement.ts'
import { measureReference } from './reference.ts'

export interface ChildResult {
  readonly figures: readonly Measurement[]
  /** Nanoseconds that a step of the reference loop took before and after. */
  readonly reference: { readonly before: number; readonly after: number }
}

const [name = ''] = process.argv.slice(2)
const { measure }: { readonly measure?: Measure } = await import(new URL(`../${name}.ts`, import.meta.url).href)
if (!measure) throw new Error(`bench/${name}.ts exports no measure`)
const before = measureReference()
const figures = await measure()
const after = measureReference()
const result: ChildResult = { figures, reference: { before, after } }
process.stdout.write(`\n${JSON.stringify(result)}\n`)
