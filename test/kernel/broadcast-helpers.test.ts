/** The helpers of NetBIOS names and SNMP against a recorded kernel: broadcasts and who answers them, messages that NAT rewrites or drops. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compareResults, runInModel } from '../../src/analysis/lab/index.ts'
import { readRecording } from '../../src/linux/lab/index.ts'

const { items } = readRecording(join(import.meta.dirname, 'broadcast-helpers.jsonl.gz'))

test.each([
  ['broadcast', 'related'],
  ['snmp', 'snat'],
])('%s', (kind, word) => {
  const own = items.filter(({ name }) => name.startsWith(`${kind}-`))
  expect(
    own.filter(({ scenario, result }) => JSON.stringify([scenario, result]).includes(word)).length,
  ).toBeGreaterThan(9)
  const differences = own.map(({ name, scenario, result }) => [name, compareResults(runInModel(scenario), result)])
  expect(differences.filter(([, difference]) => difference !== null)).toEqual([])
})
