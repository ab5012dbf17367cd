// The program's first module: plain JavaScript, so that a Node that is too old can say so. `kinwall` beside it chooses the Node.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [word] = process.argv.slice(2)
if (!process.features.typescript) {
  process.stderr.write(`kinwall: needs Node 22.18 or newer, found ${process.versions.node}\n`)
  process.exitCode = 2
} else if (process.argv.length === 3 && (word === '--version' || word === '-V')) {
  // Asked so often by scripts that it does not wait for the program.
  const manifest = fileURLToPath(new URL('../package.json', import.meta.url))
  process.stdout.write(`${JSON.parse(readFileSync(manifest, 'utf8')).version}\n`)
} else {
  const { useCaches } = await import('./use-caches.mjs')
  await useCaches()
  await import('../src/apps/cli/main.ts')
}
