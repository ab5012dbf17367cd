/** SIP against a recorded kernel: packets, states, events, and the tables at the end. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compareResults, runInModel } from '../../src/analysis/lab/index.ts'
import { readRecording } from '../../src/linux/lab/index.ts'

const { items } = readRecording(join(import.meta.dirname, 'sip.jsonl.gz'))

test.each([
  ['without translation', 'plain'],
  ['masqueraded', 'masq'],
  ['with another source address', 'snat'],
  ['with another source port', 'port'],
  ['called from outside', 'dnat'],
  ['with both ends behind the same address', 'two'],
])('%s', (_, kind) => {
  const own = items.filter(({ name }) => name.startsWith(`sip-${kind}-`))
  expect(own).toHaveLength(12)
  const differences = own.map(({ name, scenario, result }) => [name, compareResults(runInModel(scenario), result)])
  expect(differences.filter(([, difference]) => difference !== null)).toEqual([])
})
