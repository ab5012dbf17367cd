/**
 * Scores the model against what the kernel did: packets with `out` and `ct` equal, and whole scenarios equal in every aspect.
 *
 * Usage: node scripts/score.ts [--live] [--list | --first] [FILE | FOLDER]...
 *   FILE     recorded scenarios, a line each (.jsonl, .jsonl.gz), or one N.scenario.json with its N.result.json beside it;
 *            all of test/kernel when nothing is given
 *   FOLDER   of such files
 *   --live   run the scenarios in this machine's kernel instead of reading what was recorded (root)
 *   --first  the first difference of each scenario, decoded
 *   --list   every difference in `out` and `ct` with both sides, and the first of each other aspect
 * Of scenarios in real time events are not compared: the kernel collects what is over when it comes by.
 * The table counts scenarios by kind: the name without its number as `npm run generate` gives it, or the file's.
 * Exit code: 0 when at least 95 % of packets are equal in both; 1 below; 2 wrong usage or no kernel.
 */

import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  type Aspect,
  compareResults,
  type Difference,
  differenceLines,
  type Result,
  runInModel,
  type Scenario,
  type Score,
  scorePackets,
  usualAspects,
} from '../src/analysis/lab/index.ts'
import { kindNames } from '../src/linux/generate/index.ts'
import { isKernelAvailable, Kernel, type Recorded, readRecorded, recordingsIn } from '../src/linux/lab/index.ts'

const wanted = 0.95
const options = ['--live', '--list', '--first']

interface Item extends Recorded {
  readonly kind: string
}

/** What is shown of each scenario: nothing but the number, the first difference, or all. */
type Detail = 'count' | 'first' | 'all'

/** Scenarios of a kind, and how many of them are equal, in each aspect and in all. */
interface Tally {
  scenarios: number
  identical: number
  packets: number
  packetsEqual: number
  readonly aspects: Record<Aspect, number>
}

process.exitCode = await main(process.argv.slice(2))

async function main(given: readonly string[]): Promise<number> {
  const asked = given.filter((word) => word.startsWith('--'))
  const unknown = asked.find((option) => !options.includes(option))
  if (unknown) return complain(`unknown option ${unknown}; known are ${options.join(', ')}`)
  const paths = given.filter((word) => !word.startsWith('--'))
  const missing = paths.find((path) => !existsSync(path))
  if (missing) return complain(`there is no ${missing}`)
  const sources = paths.length > 0 ? paths : recordingsIn(join(import.meta.dirname, '../test/kernel'))
  const isLive = asked.includes('--live')
  const items = sources.flatMap((source) =>
    readRecorded(source, { withoutResult: isLive }).map((item): Item => ({ ...item, kind: kindOf(item.name, source) })),
  )
  if (items.length === 0) return complain('no scenarios found')
  const checked = isLive ? await runLive(items) : items
  const detail = asked.includes('--list') ? 'all' : asked.includes('--first') ? 'first' : 'count'
  return checked ? report(checked, detail) : 2
}

async function runLive(items: readonly Item[]): Promise<Item[] | null> {
  const availability = isKernelAvailable()
  if (!availability.ok) {
    complain(`cannot run in this kernel: ${availability.reason}`)
    return null
  }
  console.log(`against the running kernel ${availability.kernel}, nft ${availability.nft}`)
  const kernel = new Kernel()
  try {
    const live: Item[] = []
    for (const item of items) live.push({ ...item, result: await kernel.run(item.scenario) })
    return live
  } finally {
    await kernel.close()
  }
}

function report(items: readonly Item[], detail: Detail): number {
  const total = { packets: 0, equalOut: 0, equalCt: 0, equalBoth: 0 }
  const tallies = new Map<string, Tally>()
  for (const { name, kind, scenario, result } of items) {
    const model = runSafely(scenario)
    const score = scorePackets(model, result)
    for (const key of ['packets', 'equalOut', 'equalCt', 'equalBoth'] as const) total[key] += score[key]
    const isInRealTime = scenario.realtime === true
    const firsts = usualAspects.map((aspect) => compareResults(model, result, { only: [aspect], isInRealTime }))
    count(tallies, kind, score, firsts)
    if (firsts.some((first) => first !== null)) show(name, scenario, score, firsts, detail)
  }
  printTable(tallies)
  const share = (part: number): string => `${part} (${percent(part, total.packets)})`
  console.log(
    `packets ${total.packets}: out equal ${share(total.equalOut)}, ct equal ${share(total.equalCt)}, both ${share(total.equalBoth)}`,
  )
  return total.equalBoth >= wanted * total.packets ? 0 : 1
}

/** A model that breaks is as wrong as can be, and the other scenarios are still counted. */
function runSafely(scenario: Scenario): Result {
  try {
    return runInModel(scenario)
  } catch (cause) {
    return { error: `the model broke: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}` }
  }
}

function kindOf(name: string, source: string): string {
  const kind = name.replace(/-\d+$/, '')
  return kindNames.includes(kind) ? kind : basename(source).replace(/\..*$/, '')
}

function count(tallies: Map<string, Tally>, kind: string, score: Score, firsts: readonly (Difference | null)[]): void {
  const tally = tallies.get(kind) ?? {
    scenarios: 0,
    identical: 0,
    packets: 0,
    packetsEqual: 0,
    aspects: { out: 0, ct: 0, ev: 0, trace: 0, end: 0 },
  }
  tallies.set(kind, tally)
  tally.scenarios++
  tally.packets += score.packets
  tally.packetsEqual += score.equalBoth
  tally.identical += firsts.every((first) => first === null) ? 1 : 0
  for (const [at, aspect] of usualAspects.entries()) tally.aspects[aspect] += firsts[at] === null ? 1 : 0
}

function printTable(tallies: ReadonlyMap<string, Tally>): void {
  const row = (cells: readonly (string | number)[]): string =>
    cells.map((cell, at) => (at === 0 ? String(cell).padEnd(16) : String(cell).padStart(11))).join('')
  console.log(row(['kind', 'scenarios', 'identical', ...usualAspects, 'packets', 'both equal']))
  const line = (name: string, { scenarios, identical, aspects, packets, packetsEqual }: Tally): string =>
    row([
      name,
      scenarios,
      identical,
      ...usualAspects.map((aspect) => aspects[aspect]),
      packets,
      percent(packetsEqual, packets),
    ])
  for (const [name, tally] of [...tallies].sort(([a], [b]) => (a < b ? -1 : 1))) console.log(line(name, tally))
  const all = [...tallies.values()]
  const sum = (pick: (tally: Tally) => number): number => all.reduce((so, tally) => so + pick(tally), 0)
  const aspects = { out: 0, ct: 0, ev: 0, trace: 0, end: 0 }
  for (const aspect of usualAspects) aspects[aspect] = sum((tally) => tally.aspects[aspect])
  const [scenarios, identical] = [sum((tally) => tally.scenarios), sum((tally) => tally.identical)]
  const [packets, packetsEqual] = [sum((tally) => tally.packets), sum((tally) => tally.packetsEqual)]
  console.log(line('all', { scenarios, identical, aspects, packets, packetsEqual }))
  console.log(
    `scenarios ${scenarios}, identical in ${usualAspects.join(', ')}: ${identical} (${percent(identical, scenarios)})`,
  )
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`
}

function show(
  name: string,
  scenario: Scenario,
  score: Score,
  firsts: readonly (Difference | null)[],
  detail: Detail,
): void {
  const aspects = usualAspects.filter((_, at) => firsts[at] !== null)
  console.log(
    `${name}: differs in ${aspects.join(', ')}; ${score.packets - score.equalBoth} of ${score.packets} packets`,
  )
  const found = firsts.filter((first) => first !== null)
  const earliest = found.toSorted((a, b) => (a.packet ?? Infinity) - (b.packet ?? Infinity)).slice(0, 1)
  const others = found.filter(({ field }) => field !== 'out' && field !== 'ct')
  const shown = { count: [], first: earliest, all: [...score.differences, ...others] }[detail]
  for (const difference of shown)
    for (const line of differenceLines(difference, scenario, { a: 'model', b: 'kernel' })) console.log(`  ${line}`)
}

function complain(words: string): number {
  console.error(words)
  return 2
}
