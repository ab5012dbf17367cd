/** Starts the process of one workload and reads what it measured. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ChildResult } from './child.ts'

const child = fileURLToPath(new URL('./child.ts', import.meta.url))

/** Captures are written under `folder`. Rejects with the last line of the child's complaint. */
export async function runChild(name: string, folder: string): Promise<ChildResult> {
  const started = spawn(process.execPath, [child, name], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  })
  const end = (): boolean => started.kill()
  process.once('exit', end)
  let output = ''
  let complaints = ''
  started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  started.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  const [code, signal] = await once(started, 'close')
  process.off('exit', end)
  if (code === 0) return JSON.parse(output.trim().split('\n').at(-1) ?? '')
  throw new Error(/^\w*Error.*$/m.exec(complaints)?.[0] ?? `it ended with ${signal ?? code}: ${complaints.trim()}`)
}
