/** Rulesets from files, with what they include, checked: a ruleset, or its diagnostics as text. */

import { readFileSync, statSync } from 'node:fs'
import { renderDiagnostic } from '../../languages/diagnostics/index.ts'
import { type IncludedFile, type ParsedRuleset, parseRuleset } from '../../languages/nftables/index.ts'
import type { HostConfiguration } from '../../model/host/index.ts'
import type { Ruleset } from '../../model/rules/index.ts'
import { UsageError } from './exit-code.ts'
import { fileErrorText } from './file-error.ts'
import { findIncluded } from './include-files.ts'

/** All that a ruleset was read from, as plain data: whoever has it reads the same ruleset without a file. */
export interface RulesetText {
  readonly sources: readonly IncludedFile[]
  /** What each `include` found, by {@link includeKey}. */
  readonly included: ReadonlyMap<string, readonly IncludedFile[] | null>
  readonly userSpaceHelpers: readonly string[]
}

const includeKey = (path: string, from: string): string => `${from}\n${path}`

export interface ReadRuleset extends ParsedRuleset {
  readonly text: RulesetText
}

/** Reads and parses, for a host if one is given. A {@link UsageError} where a file itself cannot be read. */
export function readRuleset(
  files: readonly string[],
  includePaths: readonly string[],
  host?: HostConfiguration,
): ReadRuleset {
  const included = new Map<string, readonly IncludedFile[] | null>()
  const text: RulesetText = {
    sources: files.map((name) => ({ name, text: readText(name) })),
    included,
    userSpaceHelpers: host?.userSpaceHelpers ?? [],
  }
  const parsed = parseText(text, (path, from) => {
    const found = findIncluded(path, from, includePaths)
    included.set(includeKey(path, from), found)
    return found
  })
  return { ...parsed, text }
}

/** The same again. */
export const parseAgain = (text: RulesetText): ParsedRuleset =>
  parseText(text, (path, from) => text.included.get(includeKey(path, from)) ?? null)

const parseText = (
  { sources, userSpaceHelpers }: RulesetText,
  read: (path: string, from: string) => readonly IncludedFile[] | null,
): ParsedRuleset => parseRuleset(sources, { read, userSpaceHelpers })

function readText(name: string): string {
  try {
    return readFileSync(name, 'utf8')
  } catch (error) {
    throw new UsageError(`${name}: ${fileErrorText(error)}${isDirectory(name) ? ', expected a ruleset file' : ''}`)
  }
}

const isDirectory = (name: string): boolean => statSync(name, { throwIfNoEntry: false })?.isDirectory() === true

/** The ruleset; a {@link UsageError} that holds the diagnostics where it has errors. */
export function requireRuleset({ ruleset, diagnostics, texts }: ParsedRuleset): Ruleset {
  if (ruleset) return ruleset
  throw new UsageError(
    diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, texts)),
    true,
  )
}
