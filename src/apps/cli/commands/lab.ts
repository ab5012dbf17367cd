/** `kinwall lab`: scenarios in the model, in the running kernel, or in both with the first difference. */

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import {
  type Aspect,
  checkScenario,
  compareResults,
  type Difference,
  differenceLines,
  type Result,
  runInModel,
  type Scenario,
  usualAspects,
} from '../../../analysis/lab/index.ts'
import { ExitCode, UsageError } from '../exit-code.ts'
import { fileErrorText } from '../file-error.ts'

interface Flags {
  readonly engine: string
  readonly jsonl?: true
  readonly only?: string
  readonly json?: true
}

const help = `
Scenario and result are the JSON that docs/lab-format.md describes. The kernel engine needs root; it works in network
namespaces of its own. Exit code 1 when a scenario does not load, or model and kernel differ.

Examples:
  kinwall lab scenario.json
  kinwall lab --engine both scenario.json --only out,ct
  kinwall lab --jsonl < scenarios.jsonl > results.jsonl
`

export function configure(command: Command): void {
  command
    .argument('[scenario...]', 'files with one scenario each; - is standard input')
    .option('--engine <engine>', 'model, kernel, or both', 'model')
    .option('--jsonl', 'scenarios from standard input, one a line; results one a line')
    .option('--only <aspects>', `with --engine both: what to compare, of ${usualAspects.join(',')}`)
    .option('--json', 'with --engine both: the first difference as one JSON object a scenario')
    .addHelpText('after', help)
    .action((files: string[], flags: Flags) => lab(files, flags))
}

type Run = (scenario: Scenario) => Promise<Result>

/** An engine, and how to end it. */
interface LabEngine {
  readonly run: Run
  close(): Promise<void>
}

async function lab(files: readonly string[], flags: Flags): Promise<void> {
  if (!['model', 'kernel', 'both'].includes(flags.engine)) {
    throw new UsageError(`--engine: expected model, kernel or both, found "${flags.engine}"`)
  }
  if (flags.jsonl ? files.length > 0 : files.length === 0) {
    throw new UsageError(
      flags.jsonl ? '--jsonl reads standard input: expected no files' : 'expected a scenario file, or --jsonl',
    )
  }
  const aspects = aspectsOf(flags)
  const kernel = flags.engine === 'model' ? null : await openKernel()
  const model: Run = async (scenario) => runInModel(scenario)
  const answer =
    flags.engine === 'both' && kernel
      ? comparing(model, kernel.run, aspects, flags.json ? differenceJson : differenceText)
      : printing(kernel?.run ?? model, flags)
  let isFine = true
  try {
    if (flags.jsonl) {
      let line = 0
      for await (const text of createInterface({ input: process.stdin })) {
        line++
        if (text.trim() !== '') isFine = (await answer(read(text, `line ${line}`), `line ${line}`)) && isFine
      }
    } else for (const file of files) isFine = (await answer(read(readText(file), file), file)) && isFine
  } finally {
    await kernel?.close()
  }
  process.exitCode = isFine ? ExitCode.ok : ExitCode.findings
}

function aspectsOf(flags: Flags): readonly Aspect[] {
  if (flags.only === undefined) return usualAspects
  const words = flags.only.split(',')
  const known: readonly string[] = usualAspects
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined)
    throw new UsageError(`--only: expected some of ${usualAspects.join(',')}, found "${unknown}"`)
  return usualAspects.filter((aspect) => words.includes(aspect))
}

async function openKernel(): Promise<LabEngine> {
  const { isKernelAvailable, Kernel } = await import('../../../linux/lab/index.ts')
  const availability = isKernelAvailable()
  if (!availability.ok) throw new UsageError(`--engine kernel: ${availability.reason}`)
  const kernel = new Kernel()
  return { run: (scenario) => kernel.run(scenario), close: () => kernel.close() }
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file}: ${fileErrorText(error)}`)
  }
}

function read(text: string, place: string): Scenario {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${place}: expected JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const checked = checkScenario(value)
  if (checked.kind === 'not-a-scenario') throw new UsageError(`${place}: ${checked.message}`)
  return checked.scenario
}

/** Answers with whether the scenario went well. */
type Answer = (scenario: Scenario, place: string) => Promise<boolean>

function printing(run: Run, flags: Flags): Answer {
  return async (scenario) => {
    const result = await run(scenario)
    process.stdout.write(`${JSON.stringify(result, null, flags.jsonl ? 0 : 1)}\n`)
    return !('error' in result)
  }
}

type PrintDifference = (
  place: string,
  difference: Difference | null,
  aspects: readonly Aspect[],
  scenario: Scenario,
) => string

function comparing(model: Run, kernel: Run, aspects: readonly Aspect[], print: PrintDifference): Answer {
  return async (scenario, place) => {
    const [own, real] = [await model(scenario), await kernel(scenario)]
    const difference = compareResults(own, real, { only: aspects, isInRealTime: scenario.realtime === true })
    process.stdout.write(print(place, difference, aspects, scenario))
    return difference === null
  }
}

/** `packet` from 0; `model` and `kernel`: what each says of `field`. */
function differenceJson(scenario: string, difference: Difference | null, aspects: readonly Aspect[]): string {
  const head = { type: 'comparison', scenario, aspects, equal: difference === null }
  if (!difference) return `${JSON.stringify(head)}\n`
  const { packet = null, field, a: model, b: kernel } = difference
  return `${JSON.stringify({ ...head, packet, field, model, kernel })}\n`
}

function differenceText(
  place: string,
  difference: Difference | null,
  aspects: readonly Aspect[],
  scenario: Scenario,
): string {
  if (!difference) return `${place}: model and kernel are equal (${aspects.join(', ')})\n`
  const lines = differenceLines(difference, scenario, { a: 'model', b: 'kernel' })
  return `${place}: model and kernel differ: ${lines.join('\n')}\n`
}
