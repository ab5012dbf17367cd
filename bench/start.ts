/** Milliseconds from the call of the program to its first output, as a user waits for it, beside those of a Node that does nothing. */

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Median over the rounds. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
}

const rounds = 15
const program = fileURLToPath(new URL('../bin/kinwall', import.meta.url))

/** Addresses, interfaces, sets, ports in turn: what rulesets for people are made of. */
const rule = (i: number): string =>
  [
    `ip saddr 10.0.${i}.0/24 tcp dport ${1000 + i} counter accept`,
    `iifname "lan" udp dport { 53, 123, ${2000 + i} } accept comment "rule ${i}"`,
    `ip saddr @web tcp dport ${i + 1} ct state new limit rate 5/second accept`,
    `ip6 saddr fd00:${i}::/64 tcp dport ${i + 100}-${i + 300} meta mark set ${i} accept`,
  ][i % 4] ?? ''

const hundredRules = `table inet filter {
  set web { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 } }
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related counter accept
    ct state invalid drop
    ${Array.from({ length: 98 }, (_, i) => rule(i)).join('\n    ')}
  }
}
`

/** Milliseconds until the first output. */
function firstOutput(command: string, words: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    let first = 0
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.once('data', () => {
      first = performance.now() - start
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0 && first > 0) resolve(first)
      else reject(new Error(`${command} ${words.join(' ')} ended with ${code}`))
    })
  })
}

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0

/** Takes turns, so that all meet the same machine; the first round fills the caches and does not count. */
export async function measure(): Promise<readonly Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'kinwall-bench-'))
  const ruleset = join(directory, 'hundred.nft')
  writeFileSync(ruleset, hundredRules)
  const cases = [
    { name: 'kinwall --version', command: program, words: ['--version'], times: [] as number[] },
    { name: 'kinwall check, 100 rules', command: program, words: ['check', '-r', ruleset], times: [] as number[] },
    { name: 'node alone', command: process.execPath, words: ['-e', 'console.log()'], times: [] as number[] },
  ]
  try {
    for (let round = 0; round <= rounds; round++)
      for (const { command, words, times } of cases) {
        const time = await firstOutput(command, words)
        if (round > 0) times.push(time)
      }
  } finally {
    rmSync(directory, { recursive: true })
  }
  return cases.map(({ name, times }) => ({ name: `${name}: first output`, value: median(times), unit: 'ms' }))
}

if (import.meta.main)
  for (const { name, value, unit } of await measure())
    console.log(`${name.padEnd(48)} ${value.toFixed(0).padStart(5)} ${unit}`)
