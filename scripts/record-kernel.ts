/**
 * Records what the running kernel does with scenarios; the model is held against these recordings.
 *
 * Usage: node scripts/record-kernel.ts [RECORDING...]           runs the scenarios of each anew (all of test/kernel when none is given)
 *        node scripts/record-kernel.ts --from FOLDER RECORDING  makes a recording of the *.scenario.json of a folder
 * Needs root. A recording is rewritten only where something differs that two runs of one kernel agree on, or the kernel is another.
 * Exit code: 0 all recorded; 1 some scenario failed; 2 wrong usage, or the kernel is not available.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Recorder, Scenario } from '../src/analysis/lab/index.ts'
import { compareResults, usualAspects } from '../src/analysis/lab/index.ts'
import {
  isKernelAvailable,
  Kernel,
  type Recorded,
  readRecording,
  recordingsIn,
  writeRecording,
} from '../src/linux/lab/index.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(given: readonly string[]): Promise<number> {
  const availability = isKernelAvailable()
  if (!availability.ok) return complain(`cannot record in this kernel: ${availability.reason}`)
  const recorder = { kernel: availability.kernel, nft: availability.nft }
  const kernel = new Kernel()
  try {
    if (given[0] === '--from') return await make(kernel, recorder, given[1], given[2])
    const files = given.length > 0 ? given : recordingsIn(join(import.meta.dirname, '../test/kernel'))
    let failed = 0
    for (const file of files) failed += await renew(kernel, recorder, file)
    return failed > 0 ? 1 : 0
  } finally {
    await kernel.close()
  }
}

async function make(
  kernel: Kernel,
  recorder: Recorder,
  folder: string | undefined,
  file: string | undefined,
): Promise<number> {
  if (!folder || !file || !existsSync(folder))
    return complain('usage: node scripts/record-kernel.ts --from FOLDER RECORDING')
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.scenario.json'))
    .sort()
  const scenarios = names.map(
    (name): Scenario => ({
      name: basename(name, '.scenario.json'),
      ...JSON.parse(readFileSync(join(folder, name), 'utf8')),
    }),
  )
  const { items, failed } = await run(kernel, scenarios)
  writeRecording(file, recorder, items)
  console.log(`${file}: ${items.length} recorded, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

async function renew(kernel: Kernel, recorder: Recorder, file: string): Promise<number> {
  const former = readRecording(file)
  const { items, failed } = await run(
    kernel,
    former.items.map(({ scenario }) => scenario),
  )
  const changed = items.filter((item, index) => hasChanged(item, former.items[index]))
  for (const { name } of changed) console.log(`${file}: ${name} changed`)
  const isSameKernel = JSON.stringify(former.recorder) === JSON.stringify(recorder)
  if (changed.length > 0 || !isSameKernel) writeRecording(file, recorder, items)
  console.log(`${file}: ${items.length} recorded, ${changed.length} changed, ${failed} failed`)
  return failed
}

function hasChanged(item: Recorded, former: Recorded | undefined): boolean {
  return !former || compareResults(former.result, item.result, { only: [...usualAspects] }) !== null
}

async function run(kernel: Kernel, scenarios: readonly Scenario[]): Promise<{ items: Recorded[]; failed: number }> {
  const items: Recorded[] = []
  let failed = 0
  for (const scenario of scenarios) {
    const result = await kernel.run(scenario)
    if ('error' in result) {
      failed++
      console.error(`${scenario.name}: ${result.error.trim()}`)
    } else items.push({ name: scenario.name ?? '', scenario, result })
  }
  return { items, failed }
}

function complain(words: string): number {
  console.error(words)
  return 2
}
