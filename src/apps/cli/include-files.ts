/** Finds the files that a ruleset includes, as nft does: beside the including file, then in the include directories; `*?[]` are patterns. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, matchesGlob } from 'node:path'
import type { IncludedFile } from '../../languages/nftables/index.ts'

/** The file, those that match a pattern in order of their names, or null when there is none that can be read. */
export function findIncluded(
  path: string,
  from: string,
  directories: readonly string[],
): readonly IncludedFile[] | null {
  const places = isAbsolute(path)
    ? [path]
    : [dirname(from), ...directories, '.'].map((directory) => join(directory, path))
  for (const place of places) {
    const names = /[*?[]/.test(place) ? matching(place) : [place]
    const files = names.flatMap((name) => readFile(name) ?? [])
    if (files.length > 0) return files
  }
  return null
}

/** Only the last part may be a pattern; names that begin with a dot must be asked for. */
function matching(pattern: string): string[] {
  const directory = dirname(pattern)
  const last = pattern.slice(pattern.lastIndexOf('/') + 1)
  try {
    return readdirSync(directory)
      .filter((name) => matchesGlob(name, last) && (last.startsWith('.') || !name.startsWith('.')))
      .sort()
      .map((name) => join(directory, name))
  } catch {
    return []
  }
}

function readFile(name: string): IncludedFile | null {
  try {
    return { name, text: readFileSync(name, 'utf8') }
  } catch {
    return null
  }
}
