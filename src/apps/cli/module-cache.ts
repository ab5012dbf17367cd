/**
 * Modules kept in one file from one start to the next, with their types stripped: most of a start went into finding, reading and
 * stripping hundreds of small files (docs/decisions/0014).
 *
 * What is kept is used only while time and size of the module's file are as they were. Modules keep their addresses, lines and columns.
 */

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A module as it was: its place below the folder, time in milliseconds and size of its file, and its JavaScript. */
interface Kept {
  readonly name: string
  readonly modified: number
  readonly size: number
  readonly source: Buffer
}

/** The first line of the cache; the sources follow in this order. Fields of a module: name, time, size, bytes of its source. */
interface Index {
  /** The version that stripped the sources. */
  readonly node: string
  readonly modules: readonly (readonly [name: string, modified: number, size: number, length: number])[]
}

/** Serves the TypeScript modules below `folder` from `file`, and leaves those that it lacks there when the process ends. */
export function rememberModules(folder: string, file: string): void {
  const base = pathToFileURL(folder).href
  const kept = readKept(folder, file)
  const missing = new Set<string>()
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith('.') && context.parentURL?.startsWith(base)) {
        const url = new URL(specifier, context.parentURL).href
        if (kept.has(url.slice(base.length))) return { url, format: 'module', shortCircuit: true }
      }
      return next(specifier, context)
    },
    load(url, context, next) {
      if (!url.startsWith(base)) return next(url, context)
      const name = url.slice(base.length)
      const module = kept.get(name)
      if (module) return { format: 'module', source: module.source, shortCircuit: true }
      if (name.endsWith('.ts')) missing.add(name)
      return next(url, context)
    },
  })
  process.once('exit', () => {
    if (missing.size > 0) keep(folder, file, kept, missing)
  })
}

/** The modules whose files are as they were, by name; none if the cache cannot be read. */
function readKept(folder: string, file: string): ReadonlyMap<string, Kept> {
  const kept = new Map<string, Kept>()
  try {
    const content = readFileSync(file)
    const endOfIndex = content.indexOf('\n')
    const index: Index = JSON.parse(content.toString('utf8', 0, endOfIndex))
    if (index.node !== process.version) return kept
    let at = endOfIndex + 1
    for (const [name, modified, size, length] of index.modules) {
      const module = { name, modified, size, source: content.subarray(at, at + length) }
      at += length
      if (isFresh(folder + name, module)) kept.set(name, module)
    }
    return at === content.length ? kept : new Map()
  } catch {
    return new Map()
  }
}

function isFresh(path: string, { modified, size }: Kept): boolean {
  const now = statSync(path, { throwIfNoEntry: false })
  return now?.mtimeMs === modified && now.size === size
}

/** Where it cannot be written, the next start is as slow as this one. */
function keep(folder: string, file: string, kept: ReadonlyMap<string, Kept>, missing: ReadonlySet<string>): void {
  try {
    const modules = [...kept.values(), ...[...missing].map((name) => stripped(folder, name))]
    const index: Index = {
      node: process.version,
      modules: modules.map(({ name, modified, size, source }) => [name, modified, size, source.length]),
    }
    const content = Buffer.concat([Buffer.from(`${JSON.stringify(index)}\n`), ...modules.map(({ source }) => source)])
    mkdirSync(dirname(file), { recursive: true })
    // Never half a file: others may be starting.
    const unfinished = `${file}.${process.pid}`
    writeFileSync(unfinished, content)
    renameSync(unfinished, file)
  } catch {}
}

function stripped(folder: string, name: string): Kept {
  const path = folder + name
  // Before it is read: what changes in between is then found not to be fresh.
  const { mtimeMs: modified, size } = statSync(path)
  // With the address that Node adds when it strips, the compiled form that Node has just kept fits this source too.
  const sourceUrl = pathToFileURL(path).href
  return { name, modified, size, source: Buffer.from(stripTypeScriptTypes(readFileSync(path, 'utf8'), { sourceUrl })) }
}
