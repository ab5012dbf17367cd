/** What the commands that replay have in common: options to vantage, a look ahead, then every chunk of every capture through the model. */

import type { Command } from 'commander'
import { CaptureReader, createFrame, FrameBlock } from '../../analysis/capture/index.ts'
import {
  CaptureMerge,
  type CaptureSummary,
  chooseBetween,
  chooseGuess,
  completeHost,
  guessVantage,
  type Judgment,
  parseSides,
  Replay,
  type Replayed,
  type ShardTask,
  Survey,
  summariesOf,
  type VantageChoice,
} from '../../analysis/replay/index.ts'
import { settingsOfHost } from '../../model/conntrack/index.ts'
import type { Ruleset } from '../../model/rules/index.ts'
import { CaptureInput } from './capture-input.ts'
import { UsageError } from './exit-code.ts'
import { readHost } from './host-input.ts'
import { inlineMore } from './inline-more.ts'
import { interfaceNames } from './interface-names.ts'
import { seededRandom } from './random.ts'
import { type RulesetText, readRuleset, requireRuleset } from './ruleset-input.ts'
import { type Output, Progress } from './terminal.ts'

/** Options of every command that replays. */
export interface ReplayFlags {
  readonly ruleset: readonly string[]
  readonly include?: readonly string[]
  readonly host?: string
  readonly between?: string
}

const collect = (value: string, former: readonly string[] | undefined): string[] => [...(former ?? []), value]

/** Adds the options and arguments of {@link ReplayFlags}. */
export function addReplayOptions(command: Command): Command {
  return command
    .argument('<capture...>', 'pcap or pcapng files, gzip or not; - is standard input; several are merged by time')
    .requiredOption('-r, --ruleset <file>', 'nftables ruleset; may come several times', collect)
    .option('-I, --include <directory>', 'where to look for included files as well', collect)
    .option('--host <file>', 'the capture was taken on the box that this HOST.yaml describes (docs/host-file.md)')
    .option(
      '--between <sides>',
      'put the firewall between sides: NAME=ADDRESS/LENGTH[+...],..., as in lan=10.0.1.0/24,wan=any',
    )
}

/** A finished replay. */
export interface Finished<R extends Replayed> {
  readonly replay: R
  readonly captures: readonly CaptureSummary[]
  /** Whether something could not be read to its end. */
  readonly isPartial: boolean
  /** Lines for people about what would make the replay better. */
  readonly hints: readonly string[]
}

/** Frames of each capture that are looked at before the replay begins. */
const surveyedFrames = 20_000

/** All that is known before the first frame. */
export interface Prepared {
  readonly names: readonly string[]
  readonly inputs: readonly CaptureInput[]
  readonly task: ShardTask
  /** What the task's ruleset was read from. */
  readonly rulesetText: RulesetText
  /** What was guessed about the place of the capture, in sentences. */
  readonly guessed: readonly string[]
  /** Frames that were looked at, and their bytes in the files. */
  readonly survey: { readonly frames: number; readonly bytes: number }
}

/** Reads options, ruleset, host, and the beginnings of the captures. */
export async function prepareReplay(names: readonly string[], flags: ReplayFlags): Promise<Prepared> {
  inlineMore()
  if (flags.host !== undefined && flags.between !== undefined)
    throw new UsageError('--host and --between exclude each other')
  if (names.filter((name) => name === '-').length > 1) throw new UsageError('standard input (-) can be read only once')
  const sides = flags.between === undefined ? null : parseSides(flags.between)
  if (typeof sides === 'string') throw new UsageError(`--between: ${sides}`)
  const described = flags.host === undefined ? null : await describedHost(flags.host)
  const read = readRuleset(flags.ruleset, flags.include ?? [], described?.configuration)
  const ruleset = requireRuleset(read)
  const inputs: CaptureInput[] = []
  for (const name of names) inputs.push(await CaptureInput.open(name))
  const { survey, readers } = await lookAhead(inputs)
  const chosen: VantageChoice = described ?? (sides ? chooseBetween(sides) : guess(survey, ruleset))
  const vantage = chosen.kind === 'host' ? completeHost(chosen, survey) : chosen
  const { settings } = settingsOfHost(vantage.kind === 'host' ? vantage.configuration : { sysctls: {} })
  const interfaceNames = readers.map(({ interfaces }) => interfaces.map(({ name }) => name))
  const isUniform = readers.length === 1 && readers[0]?.format === 'pcap'
  return {
    names,
    inputs,
    task: { ruleset, vantage, survey, captures: names, interfaceNames, isUniform, settings },
    rulesetText: read.text,
    guessed: described || sides ? [] : vantage.words,
    survey: { frames: survey.frames, bytes: inputs.reduce((sum, { position }) => sum + position, 0) },
  }
}

/** `onJudgment` as in {@link Replay}; `onStart` is called before the first frame. */
export interface Listeners {
  readonly output: Output
  readonly onJudgment: ((judgment: Judgment) => void) | null
  readonly onStart?: (replay: Replay) => void
}

/** By this thread alone. */
export async function runReplay(prepared: Prepared, listeners: Listeners): Promise<Finished<Replay>> {
  const { names, inputs, task } = prepared
  const merge = new CaptureMerge(names)
  const captureInterfaceName = (capture: number, index: number): string | undefined =>
    merge.sources[capture]?.reader.interfaces[index]?.name ?? task.interfaceNames[capture]?.[index]
  const random = seededRandom(1)
  const replay = new Replay({ ...task, captureInterfaceName, random, onJudgment: listeners.onJudgment })
  listeners.onStart?.(replay)
  for (const one of inputs) one.rewind()
  const [only] = merge.sources
  const [input] = inputs
  if (only && input && inputs.length === 1) await pumpBlocks(only.reader, input, replay, listeners.output)
  else await pump(merge, inputs, replay, listeners.output)
  for (const one of inputs) one.close()
  return finish(prepared, replay, summariesOf(merge))
}

/** What is to be said of a replay when it is over. */
export function finish<R extends Replayed>(
  { inputs, task }: Prepared,
  replay: R,
  captures: readonly CaptureSummary[],
): Finished<R> {
  const hints = [...unreadable(inputs), ...missingInterfaces(task.ruleset, task.vantage)]
  const isPartial =
    inputs.some(({ problem }) => problem !== null) || captures.some(({ problems }) => problems.length > 0)
  return { replay, captures, isPartial, hints }
}

async function describedHost(file: string): Promise<VantageChoice & { readonly kind: 'host' }> {
  const words = [`the capture was taken on the box that ${file} describes`]
  return { kind: 'host', configuration: await readHost(file), words }
}

/** Reads the beginning of each capture, and puts it back. A capture that is none is a mistake of the caller. */
async function lookAhead(
  inputs: readonly CaptureInput[],
): Promise<{ survey: Survey; readers: readonly CaptureReader[] }> {
  const survey = new Survey()
  const readers: CaptureReader[] = []
  for (const [capture, input] of inputs.entries()) {
    const reader = new CaptureReader()
    const frame = createFrame()
    const taken: Uint8Array[] = []
    while (reader.frameCount < surveyedFrames && !reader.stopped) {
      const chunk = await input.next()
      if (chunk === null) {
        reader.finish()
        while (reader.frameCount < surveyedFrames && reader.next(frame)) survey.feed(frame, capture)
        break
      }
      taken.push(chunk)
      reader.push(chunk)
      while (reader.frameCount < surveyedFrames && reader.next(frame)) survey.feed(frame, capture)
    }
    refuseNoCapture(input, reader)
    input.putBack(taken)
    readers.push(reader)
  }
  return { survey, readers }
}

function refuseNoCapture(input: CaptureInput, reader: CaptureReader): void {
  if (reader.frameCount > 0) return
  const [problem] = reader.problems
  if (input.problem !== null) throw new UsageError(`${input.name}: ${input.problem}`)
  if (problem) {
    const at = problem.byteOffset > 0 ? `at byte ${problem.byteOffset}: ` : ''
    throw new UsageError(`${input.name}: ${at}${problem.message}`)
  }
  throw new UsageError(`${input.name}: expected at least one frame, found a capture without any`)
}

function guess(survey: Survey, ruleset: Ruleset): VantageChoice {
  const names = interfaceNames(ruleset)
  return chooseGuess(guessVantage(survey, names.sides), names.single)
}

async function pump(
  merge: CaptureMerge,
  inputs: readonly CaptureInput[],
  replay: Replay,
  output: Output,
): Promise<void> {
  const progress = new Progress()
  for (;;) {
    const step = merge.next()
    if (step === 'frame') {
      replay.feed(merge.source.frame, merge.current)
      continue
    }
    if (step === 'end' || output.isClosed) break
    if (output.isFull) await output.flush()
    const input = inputs[merge.current]
    const chunk = (await input?.next()) ?? null
    if (chunk === null) merge.finish(merge.source)
    else merge.source.reader.push(chunk)
    progress.show(replay.packets, shareOf(inputs))
  }
  progress.end()
}

/** The same for a single capture, whose frames need not be taken one by one. */
async function pumpBlocks(reader: CaptureReader, input: CaptureInput, replay: Replay, output: Output): Promise<void> {
  const progress = new Progress()
  const block = new FrameBlock()
  for (let chunk = await input.next(); chunk !== null && !reader.stopped; chunk = await input.next()) {
    reader.push(chunk)
    if (!(await feedAll(reader, block, replay, output))) break
    progress.show(replay.packets, shareOf([input]))
  }
  reader.finish()
  await feedAll(reader, block, replay, output)
  progress.end()
}

/** Feeds what is at hand. False: nobody reads the output any more. */
async function feedAll(reader: CaptureReader, block: FrameBlock, replay: Replay, output: Output): Promise<boolean> {
  while (!output.isClosed && reader.nextBlock(block)) {
    replay.feedBlock(block, 0)
    if (output.isFull) await output.flush()
  }
  return !output.isClosed
}

/** How much of all files was read; null where a size is unknown. */
function shareOf(inputs: readonly CaptureInput[]): number | null {
  let size = 0
  let position = 0
  for (const input of inputs) {
    if (input.size === null) return null
    size += input.size
    position += input.position
  }
  return size === 0 ? null : position / size
}

const unreadable = (inputs: readonly CaptureInput[]): string[] =>
  inputs.flatMap(({ name, problem }) => (problem === null ? [] : [`${name} could not be read to its end: ${problem}`]))

/** Rules that name interfaces which the host does not have can never match: most often the sides want other names. */
function missingInterfaces(ruleset: Ruleset, vantage: VantageChoice): string[] {
  const has =
    vantage.kind === 'host'
      ? vantage.configuration.interfaces.map(({ name }) => name)
      : vantage.sides.map(({ name }) => name)
  const missing = interfaceNames(ruleset).all.filter((name) => name !== 'lo' && !has.includes(name))
  if (missing.length === 0) return []
  const other = interfaceNames(ruleset).all.find((name) => name !== 'lo' && name !== missing[0]) ?? 'wan'
  const how =
    vantage.kind === 'host'
      ? 'name them in HOST.yaml'
      : `name the sides after them, as in --between ${missing[0]}=10.0.0.0/8,${other === missing[0] ? 'lan' : other}=any`
  return [`rules ask for the interfaces ${missing.join(', ')}, but there are only ${has.join(', ')}: ${how}`]
}

/** On standard error: what could not be read, for outputs that have no place for it. */
export function explainPartial({ captures, hints, isPartial }: Finished<Replayed>): void {
  if (!isPartial) return
  const problems = captures.flatMap(({ name, problems }) =>
    problems.map(({ message, byteOffset }) => `${name}: at byte ${byteOffset}: ${message}`),
  )
  for (const line of [...problems, ...hints]) process.stderr.write(`kinwall: ${line}\n`)
}
