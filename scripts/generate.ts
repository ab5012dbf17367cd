/**
 * Invents scenarios and records what the running kernel does with them (src/linux/generate).
 *
 * Usage: npm run generate -- SEED COUNT [--only KIND,...] [--stable] [-o FILE]
 *   SEED COUNT  the scenarios of COUNT seeds from SEED on; the same seed gives the same scenario
 *   --only      some kinds of scenarios only, such as sip,h323
 *   --stable    run each a second time and leave it out when the kernel differs from itself
 *   -o FILE     where to write the recording; standard output when left out; under gzip when FILE ends in .gz
 * Needs root. Exit code: 0 all generated; 1 some failed; 2 wrong usage, or the kernel is not available.
 */

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { generateScenario, isStable, kindNames } from '../src/linux/generate/index.ts'
import { isKernelAvailable, type Recorded, recordingText, writeRecording } from '../src/linux/lab/index.ts'
import { requireLibc } from '../src/linux/native/index.ts'

process.exitCode = main()

function main(): number {
  const { values, positionals } = readArguments()
  const [seed = Number.NaN, count = Number.NaN] = positionals.map(Number)
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(count) || count < 1 || positionals.length !== 2)
    return complain('usage: npm run generate -- SEED COUNT [--only KIND,...] [--stable] [-o FILE]')
  const only = values.only?.split(',')
  const unknown = only?.find((name) => !kindNames.includes(name))
  if (unknown !== undefined) return complain(`there is no kind "${unknown}"; there are: ${kindNames.join(', ')}`)
  const availability = isKernelAvailable()
  if (!availability.ok) return complain(`cannot run in this kernel: ${availability.reason}`)
  const items: Recorded[] = []
  let unstable = 0
  let failed = 0
  const libc = requireLibc()
  for (let at = seed; at < seed + count; at++) {
    try {
      const item = generateScenario(libc, at, only === undefined ? {} : { only })
      if (values.stable !== true || isStable(libc, item)) items.push(item)
      else unstable++
    } catch (cause) {
      failed++
      console.error(`seed ${at}: ${cause instanceof Error ? cause.stack : String(cause)}`)
    }
  }
  const recorder = { kernel: availability.kernel, nft: availability.nft }
  if (values.output === undefined) process.stdout.write(recordingText(recorder, items))
  else if (values.output.endsWith('.gz')) writeRecording(values.output, recorder, items)
  else writeFileSync(values.output, recordingText(recorder, items))
  const left = values.stable === true ? `, ${unstable} left out because the kernel differs from itself` : ''
  console.error(`${items.length} scenarios${left}${failed > 0 ? `, ${failed} failed` : ''}`)
  return failed > 0 ? 1 : 0
}

function readArguments(): {
  values: { only?: string; stable?: boolean; output?: string }
  positionals: string[]
} {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        stable: { type: 'boolean' },
        output: { type: 'string', short: 'o' },
      },
    })
  } catch (cause) {
    complain(cause instanceof Error ? cause.message : String(cause))
    return { values: {}, positionals: [] }
  }
}

function complain(words: string): number {
  console.error(words)
  return 2
}
