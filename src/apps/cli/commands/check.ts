/** `kinwall check`: what is wrong with a ruleset, each with its place. */

import type { Command } from 'commander'

import { plural, renderDiagnostic } from '../../../languages/diagnostics/index.ts'
import { ExitCode, UsageError } from '../exit-code.ts'
import { readHost } from '../host-input.ts'
import { readRuleset } from '../ruleset-input.ts'

interface Flags {
  readonly host?: string
  readonly ruleset?: readonly string[]
  readonly include?: readonly string[]
  readonly json?: true
}

const collect = (value: string, former: readonly string[] | undefined): string[] => [...(former ?? []), value]

const help = `
Prints each mistake with its place, the line, and where it was decided. Exit code 1 when there are errors.

Examples:
  kinwall check -r fw.nft
  kinwall check -r defines.nft -r fw.nft -I /etc/nftables --json
`

export function configure(command: Command): void {
  command
    .argument('[file...]', 'rulesets, as with -r')
    .option('-r, --ruleset <file>', 'nftables ruleset; may come several times', collect)
    .option('-I, --include <directory>', 'where to look for included files as well', collect)
    .option('--host <file>', 'the box that the ruleset is for (docs/host-file.md)')
    .option('--json', 'one JSON object a line: diagnostics, the summary last')
    .addHelpText('after', help)
    .action((files: string[], flags: Flags) => check([...(flags.ruleset ?? []), ...files], flags))
}

async function check(files: readonly string[], flags: Flags): Promise<void> {
  if (files.length === 0) throw new UsageError('expected a ruleset, as in -r fw.nft')
  const host = flags.host === undefined ? undefined : await readHost(flags.host)
  const { diagnostics, ruleset, texts } = readRuleset(files, flags.include ?? [], host)
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length
  const warnings = diagnostics.length - errors
  const chains = ruleset?.tables.flatMap((table) => table.chains) ?? []
  const counts = {
    tables: ruleset?.tables.length ?? 0,
    chains: chains.length,
    rules: chains.reduce((sum, chain) => sum + chain.rules.length, 0),
  }
  if (flags.json) {
    for (const diagnostic of diagnostics)
      process.stdout.write(`${JSON.stringify({ type: 'diagnostic', ...diagnostic })}\n`)
    process.stdout.write(`${JSON.stringify({ type: 'summary', errors, warnings, ...counts })}\n`)
  } else {
    for (const diagnostic of diagnostics) process.stdout.write(`${renderDiagnostic(diagnostic, texts)}\n\n`)
    const found = `${plural(counts.tables, 'table')}, ${plural(counts.chains, 'chain')}, ${plural(counts.rules, 'rule')}`
    const said =
      errors + warnings === 0 ? 'nothing wrong' : `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`
    process.stdout.write(`${files.join(', ')}: ${errors === 0 ? `${found}; ` : ''}${said}\n`)
  }
  process.exitCode = errors > 0 ? ExitCode.findings : ExitCode.ok
}
