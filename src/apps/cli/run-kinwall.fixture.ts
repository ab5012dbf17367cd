/** Runs `bin/kinwall` as a person would, and keeps all that it said. Not part of the program. */

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const program = fileURLToPath(new URL('../../../bin/kinwall', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the program in `directory`, with `input` as its standard input, without colours. */
export function runKinwall(
  directory: string,
  words: readonly string[],
  input: Uint8Array | null = null,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd: directory, env: { ...process.env, NO_COLOR: '1' } })
    let out = ''
    let err = ''
    child.stdout.on('data', (data: unknown) => {
      out += String(data)
    })
    child.stderr.on('data', (data: unknown) => {
      err += String(data)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    // A program that refuses its arguments does not wait for its input.
    child.stdin.on('error', () => {})
    child.stdin.end(input ?? undefined)
  })
}
