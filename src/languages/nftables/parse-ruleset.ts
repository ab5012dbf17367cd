/** From the text of one or more files to a ruleset, or to what is wrong with it. */

import type { Ruleset } from '../../model/rules/index.ts'
import type { Diagnostic } from '../diagnostics/index.ts'
import type { Command } from './ast.ts'
import { RulesetBuilder } from './build/ruleset-builder.ts'
import { parseCommand } from './parser/command.ts'
import { type IncludedFile, NftablesParser, type ReadInclude } from './parser/nftables-parser.ts'
import { Report } from './refusal.ts'

export interface ParseOptions {
  /** Reads what `include` names, relative to the file `from`; a pattern may give several files. Null: there is no such file. */
  readonly read?: ReadInclude
  /** How far the clock is ahead of UTC by which `meta hour` and `meta time` are written. 0 when absent. */
  readonly clockOffsetSeconds?: number
  /** Helpers that run in user space (rpc, tns, ...) and were added to the kernel; rules name no others. None when absent. */
  readonly userSpaceHelpers?: readonly string[]
}

export interface ParsedRuleset {
  /** Null when there are errors: nft loads a file whole or not at all. */
  readonly ruleset: Ruleset | null
  readonly diagnostics: readonly Diagnostic[]
  /** The texts of all files that were read, included ones too, for rendering diagnostics. */
  readonly texts: ReadonlyMap<string, string>
}

/** The files are loaded one after the other into the same, at first empty, ruleset. Never throws for what a file holds. */
export function parseRuleset(sources: readonly IncludedFile[], options: ParseOptions = {}): ParsedRuleset {
  const report = new Report()
  const parser = new NftablesParser(report, options.read ?? (() => null))
  const builder = new RulesetBuilder(report, {
    options: {
      clockOffsetSeconds: options.clockOffsetSeconds ?? 0,
      userSpaceHelpers: options.userSpaceHelpers ?? [],
    },
    texts: parser.texts,
  })
  for (const source of sources) {
    const commands: (Command | null)[] = []
    parser.readFile(source, () => parser.items(() => commands.push(parseCommand(parser))))
    for (const command of commands) if (command) builder.apply(command)
  }
  const ruleset = builder.finish()
  return {
    ruleset: report.hasErrors ? null : ruleset,
    diagnostics: inOrder(report.diagnostics, [...parser.texts.keys()]),
    texts: new Map([...parser.texts].map(([name, source]) => [name, source.text])),
  }
}

/** By file in order of reading, then by place. */
function inOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): Diagnostic[] {
  const rank = ({ span }: Diagnostic): number => files.indexOf(span.file)
  return [...diagnostics].sort((a, b) => rank(a) - rank(b) || a.span.offset - b.span.offset)
}
