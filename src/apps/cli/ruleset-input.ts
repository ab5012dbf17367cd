/** Rulesets from files, with what they include, checked: a ruleset, or its diagnostics as text. */

import { readFileSync, statSync } from 'node:fs'
import { renderDiagnostic } from '../../languages/diagnostics/index.ts'
import { type ParsedRuleset, parseRuleset } from '../../languages/nftables/index.ts'
import type { HostConfiguration } from '../../model/host/index.ts'
import type { Ruleset } from '../../model/rules/index.ts'
import { UsageError } from './exit-code.ts'
import { fileErrorText } from './file-error.ts'
import { findIncluded } from './include-files.ts'

/** Reads and parses, for a host if one is given. A {@link UsageError} where a file itself cannot be read. */
export function readRuleset(
  files: readonly string[],
  includePaths: readonly string[],
  host?: HostConfiguration,
): ParsedRuleset {
  const sources = files.map((name) => ({ name, text: readText(name) }))
  return parseRuleset(sources, {
    read: (path, from) => findIncluded(path, from, includePaths),
    userSpaceHelpers: host?.userSpaceHelpers ?? [],
  })
}

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
