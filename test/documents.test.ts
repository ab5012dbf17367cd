/** What documents show as output is what the commands print, and what they link to exists. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

test('files that docs/fidelity.md names as ours or as proof exist', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const named = [...read('docs/fidelity.md').matchAll(/`([a-z/-]+(?:\.test)?\.ts)`/g)].map(([, name = '']) => name)
  expect(named.length).toBeGreaterThan(30)
  const inTests = ['test/kernel/kernel.test.ts', 'test/kernel/known-differences.ts']
  const missing = named.filter((name) => !inTests.includes(name) && !files.some((file) => file.endsWith(`/${name}`)))
  expect(missing).toEqual([])
})
