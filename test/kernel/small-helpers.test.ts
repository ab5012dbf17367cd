/** The helpers of TFTP, IRC, Amanda, SANE and PPTP against recorded kernels: packets, states, events, and the tables at the end. */

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compareResults, runInModel } from '../../src/analysis/lab/index.ts'
import { readRecording } from '../../src/linux/lab/index.ts'

const { items } = readRecording(join(import.meta.dirname, 'small-helpers.jsonl.gz'))

test.each(['tftp', 'irc', 'amanda', 'sane', 'pptp'])('%s, with and without translation', (helper) => {
  const own = items.filter(({ name }) => name.startsWith(`${helper}-`))
  expect(new Set(own.map(({ name }) => name.split('-')[1]))).toContain('masq')
  const differences = own.map(({ name, scenario, result }) => [name, compareResults(runInModel(scenario), result)])
  expect(differences.filter(([, difference]) => difference !== null)).toEqual([])
})
