// The program's first module: plain JavaScript, so that a Node that is too old can say so. `kinwall` beside it chooses the Node.

import { readFileSync, statSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const inProject = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Whoever owns the project may leave files in it; with sudo, files of root would be in the owner's way. */
const isOurs = () => statSync(inProject('.')).uid === process.getuid?.()

/** What the last start compiled and found, kept for this one; without it all works the same, slower. */
async function useCaches() {
  if (!isOurs()) return
  module.enableCompileCache(inProject('.cache/compiled'))
  const { rememberModules } = await import('../src/apps/cli/module-cache.ts')
  rememberModules(inProject('src/'), inProject('.cache/modules'))
}

const [word] = process.argv.slice(2)
if (!process.features.typescript) {
  process.stderr.write(`kinwall: needs Node 22.18 or newer, found ${process.versions.node}\n`)
  process.exitCode = 2
} else if (process.argv.length === 3 && (word === '--version' || word === '-V')) {
  // Asked so often by scripts that it does not wait for the program.
  process.stdout.write(`${JSON.parse(readFileSync(inProject('package.json'), 'utf8')).version}\n`)
} else {
  await useCaches()
  await import('../src/apps/cli/main.ts')
}
