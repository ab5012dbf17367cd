/** What documents show as output is what the commands print, and what they link to exists. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand, shownOutputs } from '../scripts/document-output.ts'

const root = join(import.meta.dirname, '..')
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'docs/fidelity.md',
  'docs/packet-notation.md',
  'docs/lab-format.md',
  'docs/host-file.md',
  'docs/exit-codes.md',
  'docs/json.md',
  'docs/replay.md',
  'docs/nft-versions.md',
  'bench/README.md',
]
const read = (name: string): string => readFileSync(join(root, name), 'utf8')

const shown = documents.flatMap((name) => shownOutputs(read(name)).map((output) => ({ name, ...output })))

test('the README shows output', () => {
  expect(shown.filter(({ name }) => name === 'README.md').length).toBeGreaterThan(2)
})

test.each(shown)('$name shows what `$command` prints', ({ command, shown: expected }) => {
  expect(runCommand(command)).toBe(expected)
})

test.each(documents)('the links of %s lead somewhere', (name) => {
  const targets = [...read(name).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)
  for (const target of targets) expect(existsSync(join(root, dirname(name), target)), target).toBe(true)
})
