/** The H.323 helpers against recorded kernels: packets, states, events, and the tables at the end. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compareResults, runInModel } from '../../src/analysis/lab/index.ts'
import { readRecording } from '../../src/linux/lab/index.ts'

const { items } = readRecording(join(import.meta.dirname, 'h323.jsonl.gz'))

test.each(['plain', 'masq', 'snat', 'dnat', 'translated-many'])('%s', (kind) => {
  const own = items.filter(({ name }) => name.startsWith(`${kind}-`))
  expect(own.length).toBeGreaterThan(5)
  const differences = own.map(({ name, scenario, result }) => [name, compareResults(runInModel(scenario), result)])
  expect(differences.filter(([, difference]) => difference !== null)).toEqual([])
})

test('they expect, relate and drop', () => {
  const packets = items.flatMap(({ result }) => ('error' in result ? [] : result.packets))
  const events = packets.flatMap(({ ev }) => ev ?? [])
  expect(events.filter(({ ev }) => ev === 'exp-new').length).toBeGreaterThan(300)
  expect(packets.filter(({ ct }) => ct?.some(({ state }) => state === 'related')).length).toBeGreaterThan(100)
  // Nothing else in these rulesets drops anything.
  expect(
    packets.filter(({ out, ct }) => out.length === 0 && ct?.some(({ hook }) => hook === 'post')).length,
  ).toBeGreaterThan(10)
})
