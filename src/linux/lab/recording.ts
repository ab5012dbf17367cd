/**
 * Recordings: files that keep scenarios with what a kernel did, so that the model can be held against it anywhere.
 *
 * A recording is JSON lines, usually under gzip: first who recorded it, then one scenario with its result a line.
 */

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Recorder, Result, Scenario } from '../../analysis/lab/index.ts'

export const recordingEnding = '.jsonl.gz'

export interface Recorded {
  /** The scenario's own name, or its place in the recording. */
  readonly name: string
  readonly scenario: Scenario
  readonly result: Result
}

export interface Recording {
  /** Null where nobody said. */
  readonly recorder: Recorder | null
  readonly items: readonly Recorded[]
}

/** Reads one recording, under gzip or not; throws what the file system, gzip or JSON say. */
export function readRecording(file: string): Recording {
  const bytes = readFileSync(file)
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b
  const lines = (isCompressed ? gunzipSync(bytes) : bytes)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
  const { recorded }: { recorded?: Recorder } = JSON.parse(lines[0] ?? '{}')
  const items = lines.slice(recorded ? 1 : 0).map((line, index): Recorded => {
    const { scenario, result }: { scenario: Scenario; result: Result } = readLine(line)
    return { name: scenario.name ?? `${basename(file)}:${index + 2}`, scenario, result }
  })
  return { recorder: recorded ?? null, items }
}

/** A scenario with its result, or a scenario alone. */
function readLine(line: string): { scenario: Scenario; result: Result } {
  const value: { scenario: Scenario; result: Result } | Scenario = JSON.parse(line)
  return 'scenario' in value ? value : { scenario: value, result: { error: 'not run yet' } }
}

/** The lines of a recording. */
export function recordingText(recorder: Recorder, items: readonly Recorded[]): string {
  const lines = items.map(({ scenario, result }) => JSON.stringify({ scenario, result }))
  return `${[JSON.stringify({ recorded: recorder }), ...lines].join('\n')}\n`
}

/** The same bytes for the same content: gzip's own clock is left out. */
export function writeRecording(file: string, recorder: Recorder, items: readonly Recorded[]): void {
  writeFileSync(file, gzipSync(recordingText(recorder, items), { level: 9 }))
}

const scenarioEnding = '.scenario.json'

/**
 * Reads what was recorded under a path: a recording, one `NAME.scenario.json` with its `NAME.result.json` beside it, or a folder
 * of such files. A scenario without a result is left out, or with `withoutResult` has a Failure as its result.
 */
export function readRecorded(path: string, options: { readonly withoutResult?: boolean } = {}): Recorded[] {
  if (statSync(path).isDirectory()) {
    const names = readdirSync(path).filter((name) => /\.(?:scenario\.json|jsonl|jsonl\.gz)$/.test(name))
    return names.sort().flatMap((name) => readRecorded(join(path, name), options))
  }
  if (!path.endsWith('.json')) return [...readRecording(path).items]
  const resultPath = path.replace(/\.scenario\.json$/, '.result.json')
  const isThere = resultPath !== path && existsSync(resultPath)
  if (!isThere && options.withoutResult !== true) return []
  const scenario: Scenario = JSON.parse(readFileSync(path, 'utf8'))
  const result: Result = isThere ? JSON.parse(readFileSync(resultPath, 'utf8')) : { error: 'not run yet' }
  return [{ name: scenario.name ?? basename(path, scenarioEnding), scenario, result }]
}

/** Recordings of a folder, by name. */
export const recordingsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(recordingEnding))
    .sort()
    .map((name) => join(folder, name))
