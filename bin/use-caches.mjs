// What the last start compiled and found, kept for this one; without it all works the same, slower. For the program and its workers.

import { statSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const inProject = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Whoever owns the project may leave files in it; with sudo, files of root would be in the owner's way. */
const isOurs = () => statSync(inProject('.')).uid === process.getuid?.()

export async function useCaches() {
  if (!isOurs()) return
  module.enableCompileCache(inProject('.cache/compiled'))
  const { rememberModules } = await import('../src/apps/cli/module-cache.ts')
  rememberModules(inProject('src/'), inProject('.cache/modules'))
}
