/** `kinwall replay`: captures through a ruleset. */

import type { Command } from 'commander'
import {
  type FlowRow,
  isEmptyFilter,
  isWantedFlow,
  parseFilter,
  type Replayed,
  RuleIndex,
  unknownRule,
} from '../../../analysis/replay/index.ts'
import {
  byTrouble,
  flowJson,
  flowWords,
  printFlows,
  printSummary,
  summaryJson,
} from '../../../analysis/report/index.ts'
import { plural } from '../../../languages/diagnostics/index.ts'
import { ExitCode, UsageError } from '../exit-code.ts'
import { addReplayOptions, explainPartial, type Finished, prepareReplay, type ReplayFlags } from '../run-replay.ts'
import { isColoured, Output, styleFor } from '../terminal.ts'
import type { Listing } from '../workers/messages.ts'
import { readWorkers, runShared, startCrew } from '../workers/run-shared.ts'

interface Flags extends ReplayFlags {
  readonly flows?: true
  readonly packets?: true
  readonly json?: true
  readonly summary?: true
  readonly state?: readonly string[]
  readonly verdict?: readonly string[]
  readonly rule?: readonly string[]
  readonly flow?: readonly string[]
  readonly workers?: string
}

/** Which flows are asked for; null: all. */
type Wanted = ((flow: FlowRow) => boolean) | null

const collect = (value: string, former: readonly string[] | undefined): string[] => [...(former ?? []), value]

const help = `
Without --flows, --packets or --json: a summary, and what to look at next.
Where the capture was taken: --host or --between say it; without them it is guessed, and the guess is in the output.

Examples:
  kinwall replay -r fw.nft office.pcap
  kinwall replay -r fw.nft office.pcap --packets --state related,invalid
  kinwall replay -r fw.nft office.pcap --packets --rule fw.nft:12 --verdict accept
  kinwall replay -r fw.nft office.pcap --flows --flow 10.0.2.2:21
  zcat big.pcap.gz | kinwall replay -r fw.nft - --json --summary
`

export function configure(command: Command): void {
  addReplayOptions(command)
    .option('--packets', 'every packet: its state, what decided, and why')
    .option('--flows', 'every flow with its outcome')
    .option('--json', 'one JSON object a line: packets (or flows, with --flows), the summary last')
    .option('--summary', 'with --json: only the summary')
    .option(
      '--state <states>',
      'only with these conntrack states: new, established, related, invalid, untracked',
      collect,
    )
    .option('--verdict <verdicts>', 'only with these verdicts: accept, drop, reject, held', collect)
    .option('--rule <file:line>', 'only what this rule decided', collect)
    .option('--flow <flow>', 'only this flow: an entry number, an address, or address:port', collect)
    .option('--workers <number>', 'so many workers share the captures, with the same output (default: what pays)')
    .addHelpText('after', help)
    .action(async (captures: string[], flags: Flags) => replay(captures, flags))
}

async function replay(captures: readonly string[], flags: Flags): Promise<void> {
  const filter = parseFilter(flags)
  if (typeof filter === 'string') throw new UsageError(filter)
  if (flags.summary && !flags.json)
    throw new UsageError('--summary goes with --json; without --json the summary is what is printed')
  if (flags.packets && flags.flows) throw new UsageError('--packets and --flows exclude each other')
  const workers = flags.workers === undefined ? null : readWorkers(flags.workers)
  const isListing = flags.json ? !flags.summary && !flags.flows : flags.packets === true
  const crew = startCrew(captures, workers, isListing)
  const output = new Output()
  const style = styleFor(process.stdout)
  const prepared = await prepareReplay(captures, flags)
  const rules = new RuleIndex(prepared.task.ruleset)
  const unknown = unknownRule(filter, rules)
  if (unknown !== null)
    throw new UsageError(
      `--rule: expected the place of a rule as the summary prints it, found ${unknown}, where none begins`,
    )
  // The summary and JSON tell what was guessed in a place of their own.
  if (!flags.json && (flags.packets || flags.flows) && prepared.guessed.length > 0)
    output.write(`${prepared.guessed.map((words) => style.faint(`assumed: ${words}`)).join('\n')}\n\n`)
  const form = flags.json ? 'json' : 'text'
  const listing: Listing | null = isListing ? { filter, form, isColoured: isColoured(process.stdout) } : null
  const { finished, lines } = await runShared(prepared, { workers, crew, listing, rules, output })
  const wanted: Wanted = isEmptyFilter(filter)
    ? null
    : (flow) => isWantedFlow(filter, flow, flowWords(flow), finished.replay.rules)
  if (flags.json) await writeJson(finished, flags, wanted, output)
  else if (flags.flows)
    output.write(printFlows(sorted(finished.replay, wanted, Number.POSITIVE_INFINITY), finished.replay.rules, style))
  else if (flags.packets) {
    if (lines === 0) output.write(`none of ${plural(finished.replay.packets, 'packet')} is as asked for\n`)
  } else output.write(summaryText(finished, flags, captures, wanted))
  await output.flush()
  if (!flags.json && (flags.flows || flags.packets)) explainPartial(finished)
  process.exitCode = finished.isPartial ? ExitCode.findings : ExitCode.ok
}

async function writeJson(finished: Finished<Replayed>, flags: Flags, wanted: Wanted, output: Output): Promise<void> {
  const { replay, captures } = finished
  if (flags.flows && !flags.summary) {
    for (const flow of replay.readFlows()) {
      if (!wanted || wanted(flow)) output.write(`${flowJson(flow, replay.rules)}\n`)
      if (output.isFull) await output.flush()
    }
  }
  output.write(`${summaryJson(replay.summary(captures), finished.hints)}\n`)
}

const flowsInSummary = 20

function summaryText(finished: Finished<Replayed>, flags: Flags, names: readonly string[], wanted: Wanted): string {
  const { replay, captures, hints } = finished
  const flows = sorted(replay, wanted, flowsInSummary)
  const view = { flows, rules: replay.rules, command: commandText(flags, names), hints }
  return printSummary(replay.summary(captures), view, styleFor(process.stdout))
}

/** The first so many by trouble, without sorting all of a million. */
function sorted(replay: Replayed, wanted: Wanted, most: number): FlowRow[] {
  if (!wanted) return replay.flowsInTrouble(most)
  let kept: FlowRow[] = []
  for (const flow of replay.readFlows()) {
    if (wanted(flow)) kept.push(flow)
    if (kept.length > 4096 && kept.length > 4 * most) kept = kept.sort(byTrouble).slice(0, most)
  }
  return kept.sort(byTrouble).slice(0, most)
}

/** The command as it could be typed again, without what only chose the output. */
function commandText(flags: Flags, names: readonly string[]): string {
  const rulesets = flags.ruleset.map((file) => ` -r ${file}`).join('')
  const where =
    flags.host === undefined
      ? flags.between === undefined
        ? ''
        : ` --between ${flags.between}`
      : ` --host ${flags.host}`
  return `kinwall replay${rulesets} ${names.join(' ')}${where}`
}
