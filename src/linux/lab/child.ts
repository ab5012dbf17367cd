/**
 * The process in which scenarios run, so that nobody else's network namespace ever changes: a scenario a line in, an
 * answer a line out. With `--check` it tries everything that a scenario needs and writes one Availability.
 */

import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { release } from 'node:os'
import { createInterface } from 'node:readline'
import { currentNamespace, enterFreshNamespace } from '../namespace/index.ts'
import { LiveError, loadLibc, requireLibc } from '../native/index.ts'
import { Tun } from '../tun/index.ts'
import { listRuleset, nftVersion } from './programs.ts'
import type { Answer, Availability } from './protocol.ts'
import { runScenario } from './session.ts'

if (process.argv.includes('--check')) writeLine(check())
else await serve()

async function serve(): Promise<void> {
  const libc = requireLibc()
  for await (const line of createInterface({ input: process.stdin })) {
    writeLine(answer(() => runScenario(libc, JSON.parse(line))))
  }
}

function answer(run: () => Extract<Answer, { kind: 'result' }>['result']): Answer {
  try {
    return { kind: 'result', result: run() }
  } catch (cause) {
    return { kind: 'crash', words: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }
  }
}

function check(): Availability {
  if (process.geteuid?.() !== 0) return { ok: false, reason: 'needs root' }
  const libc = loadLibc()
  if (!libc.ok) return libc
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK)
    enterFreshNamespace(libc.libc)
    checkChildNamespace()
    new Tun(libc.libc, 'kinwall0').close()
    const nft = nftVersion()
    const { ruleset } = listRuleset('')
    if (ruleset !== undefined && 'error' in ruleset) return { ok: false, reason: ruleset.error.trim() }
    return { ok: true, kernel: release(), nft }
  } catch (cause) {
    return { ok: false, reason: cause instanceof Error ? cause.message : String(cause) }
  }
}

/** nft must see our namespace and not the machine's. */
function checkChildNamespace(): void {
  const { error, stdout } = spawnSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' })
  if (error !== undefined) throw new LiveError(`cannot run readlink: ${error.message}`)
  if (stdout.trim() !== currentNamespace())
    throw new LiveError('a program that is started does not get our network namespace')
}

function writeLine(value: Answer | Availability): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
