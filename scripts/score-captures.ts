/**
 * Scores the model against the running kernel on your own captures: each is put between two sides of a box, with all helpers
 * assigned by rules on their usual ports, without and with masquerade on the far side.
 *
 * Usage: npm run score:captures -- FOLDER [--most N] [--list] [--plain | --masquerade]
 *   FOLDER       of pcap and pcapng files, under gzip or not. A table is printed by the part of their names before `__`, or whole names
 *   --most N     at most so many packets of each (500 when left out)
 *   --list       the first difference of each capture, decoded
 *   --plain, --masquerade   only one of the two
 * Frames cut by a snap length are left out. With masquerade, recorded replies go to the addresses and ports that the kernel chose, and
 * acknowledge the numbers that it sent. Packets in which a second run of the kernel differs from the first are left out of the shares and counted
 * as `by lot`: a NAT port that it draws at random. Needs root. Exit code: 0 when at least 99 % of packets are equal in both; 1 below; 2 wrong usage or no kernel.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { isGzip } from '../src/analysis/capture/index.ts'
import {
  differenceLines,
  type Result,
  runInModel,
  type Scenario,
  type Score,
  scorePackets,
} from '../src/analysis/lab/index.ts'
import { runCapture } from '../src/linux/generate/index.ts'
import { isKernelAvailable, runScenario } from '../src/linux/lab/index.ts'
import { requireLibc } from '../src/linux/native/index.ts'

const wanted = 0.99

interface Count {
  captures: number
  /** Without those by lot. */
  packets: number
  byLot: number
  out: number
  ct: number
  both: number
}

process.exitCode = main()

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      most: { type: 'string', default: '500' },
      list: { type: 'boolean', default: false },
      plain: { type: 'boolean', default: false },
      masquerade: { type: 'boolean', default: false },
    },
  })
  const [folder] = positionals
  const mostPackets = Number(values.most)
  if (folder === undefined || !Number.isSafeInteger(mostPackets) || mostPackets < 1)
    return complain('usage: npm run score:captures -- FOLDER [--most N] [--list] [--plain | --masquerade]')
  const availability = isKernelAvailable()
  if (!availability.ok) return complain(`cannot run in this kernel: ${availability.reason}`)
  const ways = [false, true].filter((way) => !(values.plain && way) && !(values.masquerade && !way))
  let isGood = true
  for (const isMasquerading of ways) {
    console.log(isMasquerading ? '\nwith masquerade' : 'without translation')
    isGood = scoreFolder(folder, { isMasquerading, mostPackets }, values.list) && isGood
  }
  return isGood ? 0 : 1
}

function scoreFolder(
  folder: string,
  options: { readonly isMasquerading: boolean; readonly mostPackets: number },
  isListing: boolean,
): boolean {
  const libc = requireLibc()
  const counts = new Map<string, Count>()
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name)
    if (!/\.(?:pcap|pcapng|cap|trace|dump|pcap\.gz|pcapng\.gz|cap\.gz)$/.test(name) || !statSync(path).isFile())
      continue
    const file = readFileSync(path)
    const recorded = runCapture(libc, name, isGzip(file) ? gunzipSync(file) : file, options)
    if (recorded === null) continue
    const { scenario, result } = recorded
    const byLot = packetsOf(scorePackets(runScenario(libc, scenario), result))
    const score = scorePackets(runSafely(scenario), result)
    const differences = score.differences.filter(({ packet }) => packet === undefined || !byLot.has(packet))
    const wrong = (field?: string): number => packetsOf({ differences }, field).size
    const packets = score.packets - byLot.size
    const count = countOf(counts, name.split('__')[0] ?? name)
    count.captures++
    count.packets += packets
    count.byLot += byLot.size
    count.out += packets - wrong('out')
    count.ct += packets - wrong('ct')
    count.both += packets - wrong()
    const [first] = differences
    if (!isListing || first === undefined) continue
    console.log(`${name}: ${wrong()} of ${packets} packets differ`)
    for (const line of differenceLines(first, scenario, { a: 'model', b: 'kernel' })) console.log(`  ${line}`)
  }
  return printTable(counts)
}

/** The packets that differ, in a field or in any. */
function packetsOf({ differences }: Pick<Score, 'differences'>, field?: string): Set<number> {
  const chosen = field === undefined ? differences : differences.filter((difference) => difference.field === field)
  return new Set(chosen.map(({ packet }) => packet ?? -1))
}

function runSafely(scenario: Scenario): Result {
  try {
    return runInModel(scenario)
  } catch (cause) {
    return { error: `the model broke: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}` }
  }
}

function countOf(counts: Map<string, Count>, kind: string): Count {
  const count = counts.get(kind) ?? { captures: 0, packets: 0, byLot: 0, out: 0, ct: 0, both: 0 }
  counts.set(kind, count)
  return count
}

function printTable(counts: ReadonlyMap<string, Count>): boolean {
  const all: Count = { captures: 0, packets: 0, byLot: 0, out: 0, ct: 0, both: 0 }
  for (const count of counts.values())
    for (const key of ['captures', 'packets', 'byLot', 'out', 'ct', 'both'] as const) all[key] += count[key]
  console.log(row('protocol', ['captures', 'packets', 'by lot', 'out equal', 'ct equal', 'both']))
  for (const [kind, count] of [...counts, ['all', all] as const]) {
    const share = (part: number): string => `${((100 * part) / Math.max(1, count.packets)).toFixed(2)} %`
    console.log(
      row(kind, [count.captures, count.packets, count.byLot, share(count.out), share(count.ct), share(count.both)]),
    )
  }
  return all.both >= wanted * all.packets
}

function row(kind: string, cells: readonly (string | number)[]): string {
  return kind.padEnd(20) + cells.map((cell) => String(cell).padStart(11)).join('')
}

function complain(words: string): number {
  console.error(words)
  return 2
}
