// Sees to it that the packages of the current lock file are installed, then runs the given command with them first on PATH.
//
// This is what lets `npm start` and `npm test` work in a fresh clone. It runs before anything is installed, so: plain JavaScript for Node 20,
// no dependency. Usage: node scripts/with-setup.mjs COMMAND [ARGUMENT...]

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environment, nodePackage, root } from './environment.mjs'

const oldestNode = [22, 18]

function fail(message) {
  process.stderr.write(`kinwall: ${message}\n`)
  process.exit(2)
}

function isOlder(version, [major, minor]) {
  const [ourMajor, ourMinor] = version.split('.').map(Number)
  return ourMajor < major || (ourMajor === major && ourMinor < minor)
}

/** The packages of a lock file by place; undefined if it cannot be read. */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/** Whether node_modules is what package-lock.json asks for; npm leaves its own record of what it put there, written last. */
function isInstalled() {
  const wanted = readLock(join(root, 'package-lock.json'))
  const present = readLock(join(root, 'node_modules/.package-lock.json'))
  if (wanted === undefined) fail('package-lock.json cannot be read; restore it from the repository')
  if (present === undefined) return false
  // Optional packages are for other machines or did without, except the Node that we want to run on.
  const isNeeded = (place) => place !== '' && (wanted[place].optional !== true || place === nodePackage)
  const isPresent = (place) => present[place]?.version === wanted[place].version
  const isWanted = (place) => wanted[place]?.version === present[place].version
  return Object.keys(wanted).filter(isNeeded).every(isPresent) && Object.keys(present).every(isWanted)
}

/** Runs npm as it was run for us, with the Node that runs npm: the one in node_modules is about to be replaced. */
function npm(args) {
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  const [command, first] = script?.endsWith('.js') && node ? [node, [script]] : ['npm', []]
  return spawnSync(command, [...first, ...args], { cwd: root, encoding: 'utf8' })
}

function install() {
  const started = performance.now()
  process.stderr.write('kinwall: setting up, once: installing packages into node_modules ...')
  const result = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (result.status !== 0) {
    process.stderr.write(' failed\n')
    fail(`npm ci did not succeed; it said:\n${result.error?.message ?? `${result.stderr}${result.stdout}`.trim()}`)
  }
  process.stderr.write(` done in ${Math.round((performance.now() - started) / 1000)} s\n`)
}

/** The Node that the command will find first on PATH must be able to run TypeScript files. */
function checkRuntime() {
  const found = spawnSync('node', ['--version'], { env: environment, encoding: 'utf8' })
  const version = found.stdout?.trim().slice(1)
  if (found.status === 0 && !isOlder(version, oldestNode)) return
  fail(
    `needs Node ${oldestNode.join('.')} or newer on ${process.platform} ${process.arch}, found ${version || process.versions.node}: ` +
      'the Node 26 that comes with the packages is for Linux with glibc on x64 and arm64 only; install a newer Node',
  )
}

if (isOlder(process.versions.node, [20, 0])) fail(`setting up needs Node 20 or newer, found ${process.versions.node}`)
const [command, ...args] = process.argv.slice(2)
if (command === undefined) fail('usage: node scripts/with-setup.mjs COMMAND [ARGUMENT...]')
if (!isInstalled()) install()
checkRuntime()
const result = spawnSync(command, args, { cwd: root, env: environment, stdio: 'inherit' })
if (result.error) fail(`${command} could not be run: ${result.error.message}`)
if (result.signal) process.kill(process.pid, result.signal)
process.exit(result.status ?? 1)
