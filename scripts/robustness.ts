/**
 * Spoils real messages and lets every helper and tracker read them: none may throw, hang, or expect what cannot be.
 *
 * Usage: node scripts/robustness.ts [--count N] [--seed N] [--only WORD] CAPTURE | FOLDER...
 *   CAPTURE, FOLDER  pcap or pcapng files (also gzip) whose packets are spoiled
 *   --count          inputs for each (a million when not given)
 *   --seed           other inputs for another number
 *   --only           only those whose name contains the word
 * Exit code: 0 when all survived, 1 when one did not, 2 wrong usage.
 */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { CaptureReader, createFrame, createLinkLayer, decodeLink, isGzip } from '../src/analysis/capture/index.ts'
import { mutate, seeded } from '../test/robustness/mutate.ts'
import { addRecorded, SeedStore } from '../test/robustness/seeds.ts'
import { type Subject, subjects } from '../test/robustness/subjects.ts'

function main(): number {
  const { values, positionals } = parseArgs({
    options: { count: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
    allowPositionals: true,
  })
  const count = Number(values.count ?? 1_000_000)
  const seed = Number(values.seed ?? 1)
  const missing = positionals.find((path) => !existsSync(path))
  if (missing !== undefined) return complain(`there is no ${missing}`)
  if (positionals.length === 0) return complain('name at least one capture or a folder of them')
  if (!Number.isInteger(count) || !Number.isInteger(seed)) return complain('--count and --seed take whole numbers')
  const chosen = subjects.filter(({ name }) => name.includes(values.only ?? ''))
  if (chosen.length === 0)
    return complain(`nothing is called ${values.only}: there are ${subjects.map(({ name }) => name).join(', ')}`)
  const store = new SeedStore(chosen)
  for (const file of positionals.flatMap(filesOf)) readCapture(file, store)
  // Some protocols are in nobody's captures.
  addRecorded(store)
  const results = chosen.map((subject) => run(subject, store.of(subject), seed, count))
  return results.every(Boolean) ? 0 : 1
}

function complain(message: string): number {
  console.error(`robustness: ${message}`)
  return 2
}

const filesOf = (path: string): string[] =>
  statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path]

/** What is no capture gives nothing. */
function readCapture(file: string, store: SeedStore): void {
  const raw = new Uint8Array(readFileSync(file))
  const reader = new CaptureReader()
  reader.push(isGzip(raw) ? new Uint8Array(gunzipSync(raw)) : raw)
  reader.finish()
  const frame = createFrame()
  const link = createLinkLayer()
  while (reader.next(frame)) {
    decodeLink(frame, link)
    if (link.kind !== 'ip') continue
    store.add(frame.bytes.slice(link.networkStart, link.networkStart + link.networkLength))
  }
}

/** Says how it went; a failure with the seed that shows it again. */
function run(subject: Subject, seeds: readonly Uint8Array[], seed: number, count: number): boolean {
  const random = seeded(seed)
  // Nothing of its own was captured: it reads what is no message at all.
  const own = seeds.length > 0 ? seeds : [mutate([new Uint8Array(64)], random)]
  const start = performance.now()
  try {
    subject.read(own, random, count)
  } catch (error) {
    console.log(`${subject.name}: harmed, with --seed ${seed} --count ${count} --only "${subject.name}"`)
    console.log(error)
    return false
  }
  const seconds = (performance.now() - start) / 1000
  console.log(`${subject.name}: ${count} inputs from ${seeds.length} messages survived (${seconds.toFixed(1)} s)`)
  return true
}

process.exitCode = main()
