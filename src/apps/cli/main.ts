/** The `kinwall` program: finds the command, loads only that one, and turns mistakes into one line and an exit code. */

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { ExitCode, UsageError } from './exit-code.ts'
import { suggestFor } from './suggest.ts'
import { watchOutput } from './watch-output.ts'

/** What a file in `commands/` exports: adds arguments, options, help and action to a command that has its name already. */
interface CommandModule {
  configure(command: Command): void
}

/** Each is loaded only when it is called. */
const commands: Readonly<Record<string, { readonly summary: string; load(): Promise<CommandModule> }>> = {
  replay: {
    summary: 'run captures through a ruleset and say of every packet what becomes of it and why',
    load: () => import('./commands/replay.ts'),
  },
  conntrack: {
    summary: 'list the connection tracking table after a replay, or its events',
    load: () => import('./commands/conntrack.ts'),
  },
  explain: {
    summary: 'walk packets that you write through a ruleset, and tell every step',
    load: () => import('./commands/explain.ts'),
  },
  lab: {
    summary: 'run scenarios in the model, in the running kernel, or in both and compare',
    load: () => import('./commands/lab.ts'),
  },
  check: { summary: 'check a ruleset and show what is wrong with it', load: () => import('./commands/check.ts') },
}

const examples = `
Examples:
  kinwall replay -r fw.nft office.pcap                      a capture, wherever it was taken
  kinwall replay -r fw.nft office.pcap --host box.yaml      taken on the box that box.yaml describes
  kinwall replay -r fw.nft wan.pcap --between lan=10.0.1.0/24,wan=any
  kinwall replay -r fw.nft office.pcap --packets --state related
  kinwall check -r fw.nft

Exit codes: 0 fine, 1 findings or input that could be read only in part, 2 nothing done (docs/exit-codes.md).
`

const version = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}

/** Commander's messages without its prefix, in one line. */
function oneLine(message: string): string {
  return message
    .trim()
    .replace(/^error: /, '')
    .replace(/^required option '(.*?)' not specified$/, 'expected $1')
    .replace(/\n\(Did you mean (.*?)\?\)/, ' (did you mean $1?)')
}

const complain = (message: string): void => void process.stderr.write(`kinwall: ${oneLine(message)}\n`)

const unknownCommand = (word: string): UsageError =>
  new UsageError(`unknown command "${word}"${suggestFor(word, Object.keys(commands))}; kinwall --help lists them`)

async function createProgram(called: string | undefined): Promise<Command> {
  const program = new Command('kinwall')
    .description('Runs a firewall ruleset over packets in a model of Linux netfilter, and says why.')
    .usage('<command> [options]')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', examples)
    .exitOverride()
    .configureOutput({ outputError: complain })
  program.action(() => {
    const [word] = program.args
    if (word === undefined) return program.help({ error: true })
    throw unknownCommand(word)
  })
  program.argument('[command]').allowExcessArguments()
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = program.command(name).description(summary).exitOverride().configureOutput({ outputError: complain })
    if (called === name) (await load()).configure(command)
  }
  return program
}

/** The command that the words are about: the first one, or that behind `help`. */
const calledName = (words: readonly string[]): string | undefined =>
  words[0] === 'help' ? words[1] : words.find((word) => !word.startsWith('-'))

/** Runs the program; sets the exit code of the process. */
async function main(words: readonly string[]): Promise<void> {
  try {
    const [first, second] = words
    if (first === 'help' && second !== undefined && !Object.hasOwn(commands, second) && !second.startsWith('-')) {
      throw unknownCommand(second)
    }
    const program = await createProgram(calledName(words))
    await program.parseAsync([...words], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage
    } else if (error instanceof UsageError) {
      if (error.isLocated) process.stderr.write(`${error.message}\n`)
      else complain(error.message)
      process.exitCode = ExitCode.usage
    } else {
      process.stderr.write(
        `kinwall: this is a defect of kinwall, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      )
      process.exitCode = ExitCode.failure
    }
  }
}

watchOutput()
await main(process.argv.slice(2))
