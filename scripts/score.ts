/**
 * Scores the model against what the kernel did: packets with `out` and `ct` equal, and what the differences have in common.
 *
 * Usage: node scripts/score.ts [--live] [--list] [RECORDING | FOLDER]...
 *   RECORDING  a file of recorded scenarios (all of test/kernel when nothing is given); FOLDER of N.scenario.json and N.result.json
 *   --live     run the scenarios in this machine's kernel instead of reading what was recorded (root)
 *   --list     every difference with both sides, not only how many there are in a scenario
 * Exit code: 0 when at least 95 % of packets are equal in both; 1 below; 2 wrong usage or no kernel.
 */

import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Difference, runInModel, type Score, scorePackets } from '../src/analysis/lab/index.ts'
import {
  isKernelAvailable,
  Kernel,
  type Recorded,
  readFolder,
  readRecording,
  recordingsIn,
} from '../src/linux/lab/index.ts'

const wanted = 0.95

process.exitCode = await main(process.argv.slice(2))

async function main(given: readonly string[]): Promise<number> {
  const options = given.filter((word) => word.startsWith('--'))
  const unknown = options.find((option) => option !== '--live' && option !== '--list')
  if (unknown) return complain(`unknown option ${unknown}; known are --live and --list`)
  const paths = given.filter((word) => !word.startsWith('--'))
  const missing = paths.find((path) => !existsSync(path))
  if (missing) return complain(`there is no ${missing}`)
  const sources = paths.length > 0 ? paths : recordingsIn(join(import.meta.dirname, '../test/kernel'))
  const items = sources.flatMap((source) =>
    statSync(source).isDirectory() ? readFolder(source) : readRecording(source).items,
  )
  if (items.length === 0) return complain('no scenarios found')
  const checked = options.includes('--live') ? await runLive(items) : items
  return checked ? report(checked, options.includes('--list')) : 2
}

async function runLive(items: readonly Recorded[]): Promise<Recorded[] | null> {
  const availability = isKernelAvailable()
  if (!availability.ok) {
    complain(`cannot run in this kernel: ${availability.reason}`)
    return null
  }
  console.log(`against the running kernel ${availability.kernel}, nft ${availability.nft}`)
  const kernel = new Kernel()
  try {
    const live: Recorded[] = []
    for (const item of items) live.push({ ...item, result: await kernel.run(item.scenario) })
    return live
  } finally {
    await kernel.close()
  }
}

function report(items: readonly Recorded[], isListing: boolean): number {
  const total = { packets: 0, equalOut: 0, equalCt: 0, equalBoth: 0 }
  let perfect = 0
  for (const { name, scenario, result } of items) {
    const score = scorePackets(runInModel(scenario), result)
    for (const key of ['packets', 'equalOut', 'equalCt', 'equalBoth'] as const) total[key] += score[key]
    if (score.differences.length === 0) perfect++
    else show(name, score, isListing)
  }
  const share = (count: number): string => `${count} (${((100 * count) / Math.max(1, total.packets)).toFixed(2)} %)`
  console.log(`scenarios ${items.length}, without any difference ${perfect}`)
  console.log(
    `packets ${total.packets}: out equal ${share(total.equalOut)}, ct equal ${share(total.equalCt)}, both ${share(total.equalBoth)}`,
  )
  return total.equalBoth >= wanted * total.packets ? 0 : 1
}

function show(name: string, score: Score, isListing: boolean): void {
  console.log(`${name}: ${score.packets - score.equalBoth} of ${score.packets} packets differ`)
  if (isListing) for (const difference of score.differences) console.log(differenceText(difference))
}

function differenceText({ packet, field, a, b }: Difference): string {
  const where = packet === undefined ? field : `packet ${packet}: ${field}`
  return `  ${where}\n    model  ${JSON.stringify(a)}\n    kernel ${JSON.stringify(b)}`
}

function complain(words: string): number {
  console.error(words)
  return 2
}
