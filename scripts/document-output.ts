/**
 * Keeps the output shown in documents true: after a line `<!-- output: COMMAND -->` the next code block is what the command prints.
 *
 * Usage: node scripts/document-output.ts [DOCUMENT...]   writes the blocks anew (README.md when none is given)
 * A test runs the same commands and compares (test/documents.test.ts). `kinwall` is this checkout's; `npm run NAME` is run as `npm run -s NAME`.
 */

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')

export interface ShownOutput {
  readonly command: string
  /** What stands in the code block, without its last line end. */
  readonly shown: string
}

const block = /<!-- output: (.+?) -->\n```\n([\s\S]*?)```/g

export const shownOutputs = (document: string): ShownOutput[] =>
  [...document.matchAll(block)].map(([, command = '', shown = '']) => ({ command, shown: shown.replace(/\n$/, '') }))

/** What the command prints on standard output, lines cut of blanks at their end. Throws when it fails. */
export function runCommand(command: string): string {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
  const [program = '', ...args] = words
  const isKinwall = program === 'kinwall'
  const { status, stdout, stderr } = spawnSync(
    isKinwall ? join(root, 'bin/kinwall') : program,
    isKinwall ? args : quiet(args),
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: [join(process.execPath, '..'), process.env['PATH'] ?? ''].join(delimiter),
        NO_COLOR: '1',
      },
    },
  )
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`)
  return stdout.replace(/[ \t]+$/gm, '').trimEnd()
}

const quiet = (args: readonly string[]): string[] => args.flatMap((word) => (word === 'run' ? ['run', '-s'] : [word]))

if (process.argv[1] === import.meta.filename) {
  const documents = process.argv.length > 2 ? process.argv.slice(2) : [join(root, 'README.md')]
  for (const file of documents) {
    const text = readFileSync(file, 'utf8')
    const written = text.replace(
      block,
      (_, command: string) => `<!-- output: ${command} -->\n\`\`\`\n${runCommand(command)}\n\`\`\``,
    )
    writeFileSync(file, written)
  }
}
