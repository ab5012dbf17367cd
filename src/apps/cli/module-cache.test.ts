import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let directory = ''
const at = (name: string): string => join(directory, name)

/** A program of two modules; it says what the second one says. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kinwall-cache-'))
  mkdirSync(at('src'))
  writeFileSync(at('src/main.ts'), `import { says } from './word.ts'\nconst word: string = says()\nconsole.log(word)\n`)
  writeFileSync(at('src/word.ts'), `export const says = (): string => 'first'\n`)
})
afterEach(() => rmSync(directory, { recursive: true }))

function start(cache = at('cache/modules')): string {
  const program = `
    import { rememberModules } from ${JSON.stringify(new URL('./module-cache.ts', import.meta.url).href)}
    rememberModules(${JSON.stringify(at('src/'))}, ${JSON.stringify(cache)})
    await import(${JSON.stringify(at('src/main.ts'))})`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  return stdout + stderr
}

/** Changes what is kept without a trace in time or size, to see that it is what runs. */
function forge(from: string, to: string): void {
  const content = readFileSync(at('cache/modules'), 'latin1')
  expect(content).toContain(from)
  writeFileSync(at('cache/modules'), content.replaceAll(from, to), 'latin1')
}

test('the second start runs what the first one kept', () => {
  expect(start()).toBe('first\n')
  forge(`'first'`, `'kept!'`)
  expect(start()).toBe('kept!\n')
})

test('a file that has changed is read anew, and only that one', () => {
  start()
  writeFileSync(at('src/word.ts'), `export const says = (): string => 'other, and longer'\n`)
  expect(start()).toBe('other, and longer\n')
  utimesSync(at('src/word.ts'), 1, 1)
  forge(`'other, and longer'`, `'never to be seen!'`)
  forge('console.log(word)', 'console.log(1234)')
  expect(start()).toBe('1234\n')
})

test('a file that is gone is missed', () => {
  start()
  rmSync(at('src/word.ts'))
  expect(start()).toMatch(/Cannot find module .*word\.ts/)
})

test('what another version of Node kept is not used', () => {
  start()
  forge(`'first'`, `'kept!'`)
  forge(`"${process.version}"`, `"${process.version.replace(/\d/g, '0')}"`)
  expect(start()).toBe('first\n')
})

test.each(['', '{', '{"node":1}\n', 'cut'])('a cache that cannot be read (%j) is written anew', (content) => {
  start()
  const whole = readFileSync(at('cache/modules'), 'utf8')
  writeFileSync(at('cache/modules'), content === 'cut' ? whole.slice(0, -1) : content)
  expect(start()).toBe('first\n')
  expect(readFileSync(at('cache/modules'), 'utf8')).toBe(whole)
})

test('where nothing can be written, all works the same', () => {
  writeFileSync(at('file'), '')
  for (let i = 0; i < 2; i++) expect(start(at('file/modules'))).toBe('first\n')
})

test('what goes wrong is told with the place in the file', () => {
  writeFileSync(at('src/word.ts'), `interface Unseen { readonly a: 1 }\n\nexport const says = (): string => oops()\n`)
  for (let i = 0; i < 2; i++) expect(start()).toContain('src/word.ts:3:35')
})
