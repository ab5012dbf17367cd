/**
 * `npm run bench [-- NAME...] [--json FILE]`: measures every workload, or those named, each in a process of its own, and holds the figures
 * against the targets. Ends with 0 whatever the figures are: they depend on the machine. With 1 when a workload could not run.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Judged, judge, missed } from './harness/judged.ts'
import { runChild } from './harness/run-child.ts'
import { heading, rowOf, tally } from './harness/table.ts'
import { closerLooks, type Workload, workloads } from './workloads.ts'

const fileOf = (name: string): string => fileURLToPath(new URL(`./${name}.ts`, import.meta.url))

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const names = [...workloads.map(({ name }) => name), ...closerLooks]
const unknown = positionals.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`bench: expected some of ${names.join(', ')}, found ${unknown.join(', ')}`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'kinwall-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))

async function measureOne(workload: Workload): Promise<readonly Judged[]> {
  if (!existsSync(fileOf(workload.name))) return missed(workload, 'not there yet')
  try {
    return judge(workload, await runChild(workload.name, folder))
  } catch (error) {
    process.exitCode = 1
    return missed(workload, error instanceof Error ? error.message : String(error))
  }
}

async function measureAll(chosen: readonly Workload[]): Promise<readonly Judged[]> {
  const figures: Judged[] = []
  console.log(heading)
  for (const workload of chosen) {
    console.log(`${workload.name}: ${workload.title}`)
    const measured = await measureOne(workload)
    for (const figure of measured) console.log(rowOf(figure))
    const notes = measured.flatMap(({ name, note }) => (note === undefined ? [] : [`    ${name}: ${note}`]))
    if (notes.length > 0) console.log([...new Set(notes)].join('\n'))
    figures.push(...measured)
  }
  console.log(`\n${tally(figures)}; the ratio is in steps of the reference loop (bench/README.md)`)
  return figures
}

const isWanted = ({ name }: { readonly name: string }): boolean =>
  positionals.length === 0 || positionals.includes(name)
const figures = await measureAll(workloads.filter(isWanted))
for (const name of closerLooks.filter((each) => positionals.includes(each))) {
  const { status } = spawnSync(process.execPath, [fileOf(name)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
if (values.json !== undefined) {
  const machine = { processor: cpus()[0]?.model ?? 'unknown', processors: cpus().length, node: process.versions.node }
  writeFileSync(values.json, `${JSON.stringify({ machine, figures }, null, 2)}\n`)
}
