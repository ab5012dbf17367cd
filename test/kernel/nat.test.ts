/** NAT against a recorded kernel: packets byte by byte, states, events, and the tables at the end. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compareResults, runInModel } from '../../src/analysis/lab/index.ts'
import { readRecording } from '../../src/linux/lab/index.ts'

const { items } = readRecording(join(import.meta.dirname, 'nat.jsonl.gz'))

test('every statement, every protocol, errors and rejects about translated connections, loopback, clashes', () => {
  expect(items.length).toBeGreaterThan(60)
  const differences = items.map(({ name, scenario, result }) => [name, compareResults(runInModel(scenario), result)])
  expect(differences.filter(([, difference]) => difference !== null)).toEqual([])
})
