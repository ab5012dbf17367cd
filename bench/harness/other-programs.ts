/** How fast other programs read a capture file. They keep less state, and print what they read (to nowhere). */

import { spawnSync } from 'node:child_process'
import type { Measurement } from './measurement.ts'

/** `packets`: how many the file has. */
export function measureOther(name: string, file: string, packets: number): Measurement {
  const started = performance.now()
  const { error, status } = spawnSync(name, ['-n', '-r', file], { stdio: 'ignore' })
  const seconds = (performance.now() - started) / 1000
  const figure = { name, unit: 'million packets/s' }
  if (error) return { ...figure, value: null, note: `cannot be run: ${error.message}` }
  if (status !== 0) return { ...figure, value: null, note: `ended with exit code ${status}` }
  return { ...figure, value: packets / seconds / 1e6, note: `-n -r, the first ${packets} packets of the same capture` }
}
