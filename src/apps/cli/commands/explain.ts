/** `kinwall explain`: packets written by hand walk through a ruleset, and every step is told. */

import type { Command } from 'commander'
import { explain } from '../../../analysis/explain/index.ts'
import { firewallBetween, parseSides } from '../../../analysis/replay/index.ts'
import { plain, printWalk, walkJson } from '../../../analysis/report/index.ts'
import type { HostConfiguration } from '../../../model/host/index.ts'
import type { Ruleset } from '../../../model/rules/index.ts'
import { ExitCode, UsageError } from '../exit-code.ts'
import { readHost } from '../host-input.ts'
import { interfaceNames } from '../interface-names.ts'
import { seededRandom } from '../random.ts'
import { readRuleset, requireRuleset } from '../ruleset-input.ts'
import { Output, styleFor } from '../terminal.ts'

interface Flags {
  readonly ruleset: readonly string[]
  readonly include?: readonly string[]
  readonly host?: string
  readonly json?: true
}

const collect = (value: string, former: readonly string[] | undefined): string[] => [...(former ?? []), value]

const help = `
Packets are written as in docs/packet-notation.md, one argument each, in the order in which they happen.

Examples:
  kinwall explain -r fw.nft 'lan udp 10.0.1.2:5000 > 10.0.2.2:4444' 'wan icmp port-unreachable about #1'
  kinwall explain -r fw.nft --host box.yaml 'wan tcp 198.51.100.9:40000 > 10.0.1.80:80' 'reply to #1' 'reply to #2'
`

export function configure(command: Command): void {
  command
    .argument('<packet...>', 'packets, as in: lan tcp 10.0.1.2:40000 > 10.0.2.2:22')
    .requiredOption('-r, --ruleset <file>', 'nftables ruleset; may come several times', collect)
    .option('-I, --include <directory>', 'where to look for included files as well', collect)
    .option('--host <file>', 'the box that the ruleset is on (docs/host-file.md)')
    .option('--json', 'one JSON object a line: each packet with its walk')
    .addHelpText('after', help)
    .action((packets: string[], flags: Flags) => explainPackets(packets, flags))
}

async function explainPackets(texts: readonly string[], flags: Flags): Promise<void> {
  const described = flags.host === undefined ? null : await readHost(flags.host)
  const ruleset = requireRuleset(readRuleset(flags.ruleset, flags.include ?? [], described ?? undefined))
  const { host, words } = described ? { host: described, words: null } : assumedHost(ruleset)
  const explanation = explain(texts, { ruleset, host, random: seededRandom(1) })
  if (explanation.kind === 'explain-error') throw mistake(texts, explanation)
  const output = new Output()
  const style = flags.json ? plain : styleFor(process.stdout)
  if (words !== null && !flags.json) output.write(`${style.faint(words)}\n\n`)
  for (const walk of explanation.walks) output.write(flags.json ? `${walkJson(walk)}\n` : `${printWalk(walk, style)}\n`)
  await output.flush()
  process.exitCode = ExitCode.ok
}

/** Without --host: two sides, the private addresses inside, everything else outside. */
function assumedHost(ruleset: Ruleset): { host: HostConfiguration; words: string } {
  const { inside, outside } = interfaceNames(ruleset).sides
  const sides = parseSides(`${inside}=10.0.0.0/8+172.16.0.0/12+192.168.0.0/16+fc00::/7,${outside}=any`)
  if (typeof sides === 'string') throw new UsageError(sides)
  return {
    host: firewallBetween(sides),
    words: `no --host: a box between ${inside} (private addresses) and ${outside} (all others), without addresses of its own`,
  }
}

function mistake(
  texts: readonly string[],
  { number, column, message }: { number: number; column: number | null; message: string },
): UsageError {
  const text = texts[number - 1] ?? ''
  if (column === null) return new UsageError(`packet ${number}: ${message}`)
  return new UsageError(
    [`packet ${number}, column ${column}: ${message}`, `  ${text}`, `  ${' '.repeat(column - 1)}^`],
    true,
  )
}
