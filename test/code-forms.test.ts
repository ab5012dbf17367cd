/** The two forms of compiled rules, generated code and closures, do the same: in what kernels recorded, and under rulesets that nobody would write. */

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runInModel } from '../src/analysis/lab/index.ts'
import { parseRuleset } from '../src/languages/nftables/index.ts'
import { wildText } from '../src/linux/generate/rulesets/wild.fixture.ts'
import { readRecording, recordingsIn } from '../src/linux/lab/index.ts'
import { runForm } from '../src/model/machine/code/forms.fixture.ts'
import { packets } from '../src/model/machine/random-rules.fixture.ts'
import type { Ruleset } from '../src/model/rules/index.ts'

const recordings = recordingsIn(join(import.meta.dirname, 'kernel'))

/** nft refuses some of the lines; they are left out. */
function loadAccepted(text: string): Ruleset {
  let lines = text.split('\n')
  for (;;) {
    const { diagnostics, ruleset } = parseRuleset([{ name: 'wild', text: lines.join('\n') }])
    if (ruleset) return ruleset
    const refused = new Set(diagnostics.map(({ span }) => span.line - 1))
    lines = lines.filter((_, line) => !refused.has(line))
  }
}

describe('generated code and closures', () => {
  test.each(recordings.map((file) => [file.split('/').at(-1), file]))(
    'give the same results for the scenarios of %s',
    (_, file) => {
      const differing = readRecording(file).items.filter(
        ({ scenario }) =>
          JSON.stringify(runInModel(scenario, 'source')) !== JSON.stringify(runInModel(scenario, 'closures')),
      )
      expect(differing.map(({ name }) => name)).toEqual([])
    },
  )

  test('do the same with random packets under 300 wild rulesets', () => {
    let rules = 0
    for (let seed = 1; seed <= 300; seed++) {
      const ruleset = loadAccepted(wildText(seed))
      rules += ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules)).length
      const makers = fc.sample(packets, { seed, numRuns: 20 })
      expect({ seed, ...Object(runForm(ruleset, 'source', makers)) }).toEqual({
        seed,
        ...Object(runForm(ruleset, 'closures', makers)),
      })
    }
    expect(rules).toBeGreaterThan(2000)
  })
})

/** What a fixture prints in a process that may not make code of text, as a page under a strict content security policy may not. */
const printed = (...options: readonly string[]): string =>
  execFileSync(process.execPath, [...options, join(import.meta.dirname, 'code-forms.fixture.ts')], { encoding: 'utf8' })

test('where no code may be generated rules run all the same', () => {
  const strict = printed('--disallow-code-generation-from-strings')
  expect(strict).toContain('cannot generate')
  expect(printed()).toBe(strict.replace('cannot generate', 'can generate'))
})
