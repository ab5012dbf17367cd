/** The kernel's own user programs, nft and iptables, started in the network namespace of the calling thread. */
import { spawnSync } from 'node:child_process'
import type { Json, Outcome, Scenario } from '../../analysis/lab/index.ts'
import { LiveError } from '../native/index.ts'

const LONGEST_RUN_MS = 60_000
const LARGEST_OUTPUT = 1 << 28

/** A program refused its input, or could not run; the message begins with the program's name. */
export class ProgramError extends LiveError {}

/** Loads a scenario's ruleset; throws ProgramError with the program's own words when it is refused. */
export function loadRuleset(ruleset: Scenario['ruleset']): void {
  if (ruleset === undefined) return
  if (typeof ruleset === 'string') return loadNft(ruleset)
  for (const program of ['iptables', 'ip6tables'] as const) {
    const text = ruleset[program]
    if (text) run(program, `${program}-${ruleset.backend ?? 'legacy'}-restore`, [], text)
  }
  loadNft(ruleset.nft ?? '')
}

/** Loads nft text; empty text does nothing. */
export function loadNft(text: string): void {
  if (text.trim() !== '') run('nft', 'nft', ['-f', '-'], text)
}

/**
 * Loads nft text of one command a line, without the lines that nft or the kernel refuse; answers what was loaded.
 * Throws ProgramError for a refusal that names no line.
 */
export function loadAccepted(text: string): string {
  let lines = text.split('\n')
  for (;;) {
    try {
      loadNft(lines.join('\n'))
      return lines.join('\n')
    } catch (cause) {
      if (!(cause instanceof ProgramError)) throw cause
      const refused = new Set(
        [...cause.message.matchAll(/^(?:nft: )?\S*?:(\d+):\d+-\d+: Error/gm)].map(([, line]) => Number(line) - 1),
      )
      const left = lines.filter((_, index) => !refused.has(index))
      if (left.length === lines.length) throw cause
      lines = left
    }
  }
}

/** The tables at the end, in the forms in which the ruleset was given. */
export function listRuleset(ruleset: Scenario['ruleset']): Pick<Outcome, 'ruleset' | 'iptables' | 'ip6tables'> {
  if (typeof ruleset !== 'object') return { ruleset: listNft() }
  return {
    ...(ruleset.nft || ruleset.backend === 'nft' ? { ruleset: listNft() } : {}),
    ...(ruleset.iptables ? { iptables: save('iptables', ruleset.backend) } : {}),
    ...(ruleset.ip6tables ? { ip6tables: save('ip6tables', ruleset.backend) } : {}),
  }
}

/** The version of nft, such as `1.0.6`; throws ProgramError when it is not installed. */
export function nftVersion(): string {
  return /v(\d+(\.\d+)*)/.exec(run('nft', 'nft', ['--version']))?.[1] ?? 'unknown'
}

/** nft 1.0.6 aborts on listing some rulesets that it has loaded: that is a result, not a failure of the run. */
function listNft(): readonly Json[] | { readonly error: string } {
  try {
    const listing: { readonly nftables: readonly Json[] } = JSON.parse(run('nft', 'nft', ['-j', 'list', 'ruleset']))
    return listing.nftables.filter((item) => typeof item !== 'object' || item === null || !('metainfo' in item))
  } catch (cause) {
    if (cause instanceof ProgramError) return { error: cause.message }
    throw cause
  }
}

function save(program: 'iptables' | 'ip6tables', backend: 'legacy' | 'nft' = 'legacy'): string[] {
  const lines = run(program, `${program}-${backend}-save`, ['-c']).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.filter((line) => !line.startsWith('#'))
}

function run(name: string, program: string, words: readonly string[], input: string = ''): string {
  const ended = spawnSync(program, words, {
    input,
    encoding: 'utf8',
    timeout: LONGEST_RUN_MS,
    maxBuffer: LARGEST_OUTPUT,
    // Wording and number formats must not depend on the user.
    env: { ...process.env, LC_ALL: 'C' },
  })
  if (ended.error !== undefined) throw new ProgramError(`${name}: cannot run ${program}: ${ended.error.message}`)
  if (ended.signal !== null) throw new ProgramError(`${name}: ${program} ended by ${ended.signal}`)
  if (ended.status !== 0) throw new ProgramError(`${name}: ${ended.stderr}`)
  return ended.stdout
}
