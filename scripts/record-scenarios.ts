/**
 * Runs every `*.scenario.json` of a directory in the running kernel and writes what it did beside it, as `*.result.json`.
 *
 * Usage: node scripts/record-scenarios.ts [DIRECTORY...]   (test/kernel when none is given; needs root)
 * Each result names the kernel and nft that made it. One that the same kernel and nft have recorded already is left
 * untouched where only differs what no two runs agree on, so that a new recording shows what changed and nothing else.
 * Exit code: 0 all recorded; 1 some scenario failed; 2 the kernel is not available, or there is no scenario.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Recorder, Result, Scenario } from '../src/analysis/lab/index.ts'
import { compareResults, usualAspects } from '../src/analysis/lab/index.ts'
import { isKernelAvailable, Kernel } from '../src/linux/lab/index.ts'

const SCENARIO_ENDING = '.scenario.json'

process.exitCode = await recordAll(process.argv.slice(2))

async function recordAll(given: readonly string[]): Promise<number> {
  const availability = isKernelAvailable()
  if (!availability.ok) return complain(`cannot record in this kernel: ${availability.reason}`)
  const directories = given.length > 0 ? given : [join(import.meta.dirname, '../test/kernel')]
  const missing = directories.find((directory) => !existsSync(directory))
  if (missing !== undefined) return complain(`there is no directory ${missing}`)
  const files = directories.flatMap(scenariosIn)
  if (files.length === 0) return complain(`no *${SCENARIO_ENDING} in ${directories.join(', ')}`)
  const kernel = new Kernel()
  try {
    return await recordFiles(kernel, files, { kernel: availability.kernel, nft: availability.nft })
  } finally {
    await kernel.close()
  }
}

async function recordFiles(kernel: Kernel, files: readonly string[], recorded: Recorder): Promise<number> {
  const count = { written: 0, unchanged: 0, failed: 0 }
  for (const file of files) {
    const scenario: Scenario = JSON.parse(readFileSync(file, 'utf8'))
    const outcome = record(file, await kernel.run(scenario), recorded)
    count[outcome]++
  }
  const { written, unchanged, failed } = count
  console.log(
    `Linux ${recorded.kernel}, nft ${recorded.nft}: ${written} written, ${unchanged} unchanged, ${failed} failed`,
  )
  return failed > 0 ? 1 : 0
}

function record(file: string, result: Result, recorded: Recorder): 'written' | 'unchanged' | 'failed' {
  if ('error' in result) {
    console.error(`${file}: ${result.error.trim()}`)
    return 'failed'
  }
  const target = `${file.slice(0, -SCENARIO_ENDING.length)}.result.json`
  if (existsSync(target)) {
    const former: Result = JSON.parse(readFileSync(target, 'utf8'))
    const difference = compareResults(former, result, { only: [...usualAspects, 'trace'] })
    if (difference !== null) {
      const where = difference.packet === undefined ? '' : ` of packet ${difference.packet}`
      console.log(`${target}: ${difference.field}${where} changed`)
    } else if (JSON.stringify(former.recorded) === JSON.stringify(recorded)) return 'unchanged'
  }
  writeFileSync(target, `${JSON.stringify({ recorded, ...result })}\n`)
  return 'written'
}

function scenariosIn(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith(SCENARIO_ENDING))
  return names.sort().map((name) => join(directory, name))
}

function complain(words: string): number {
  console.error(words)
  return 2
}
