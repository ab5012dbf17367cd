/** What becomes of output that nobody reads, or that finds no room. */

import { ExitCode } from './exit-code.ts'
import { fileErrorText } from './file-error.ts'

/**
 * A reader that has gone away (`| head`) has what it wanted, so the rest is
 * dropped without a word; anything else, such as a full disk, is told once and ends the program.
 */
export function watchOutput(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    process.stderr.write(`kinwall: standard output: ${fileErrorText(error)}\n`)
    process.exit(ExitCode.usage)
  })
}
