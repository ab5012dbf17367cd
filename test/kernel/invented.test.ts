/** Scenarios of the generator, some of each kind: packets, states, events and the tables at the end, all as in the kernel. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compareResults, runInModel } from '../../src/analysis/lab/index.ts'
import { kindNames } from '../../src/linux/generate/index.ts'
import { readRecording } from '../../src/linux/lab/index.ts'

const { items } = readRecording(join(import.meta.dirname, 'invented.jsonl.gz'))
const kindOf = (name: string): string => name.replace(/-\d+$/, '')

test('there are scenarios of every kind but those in real time', () => {
  expect(new Set(items.map(({ name }) => kindOf(name)))).toEqual(
    new Set(kindNames.filter((name) => name !== 'timeouts')),
  )
})

test.each(kindNames.filter((name) => name !== 'timeouts'))('%s', (kind) => {
  const found = items
    .filter(({ name }) => kindOf(name) === kind)
    .map(({ name, scenario, result }) => ({
      name,
      difference: compareResults(runInModel(scenario), result, { isInRealTime: scenario.realtime === true }),
    }))
  expect(found.filter(({ difference }) => difference !== null)).toEqual([])
})
