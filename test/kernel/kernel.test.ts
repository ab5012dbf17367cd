/** The model against what kernels did: always against the recordings, and against the running kernel where there is root. */

import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compareResults, runInModel, type Score, scorePackets } from '../../src/analysis/lab/index.ts'
import { kindNames } from '../../src/linux/generate/index.ts'
import { isKernelAvailable, Kernel, type Recorded, readRecording, recordingsIn } from '../../src/linux/lab/index.ts'
import { knownDifferences } from './known-differences.ts'

/** Every so many recorded scenarios are run again in the running kernel. */
const liveStep = 6

const recordings = recordingsIn(import.meta.dirname).map((file) => ({ file, ...readRecording(file) }))
const everything = recordings.flatMap(({ items }) => items)

/** Indexes of the packets that differ in `out` or `ct`. */
function differing(score: Score): number[] {
  return [...new Set(score.differences.map(({ packet }) => packet ?? -1))].sort((a, b) => a - b)
}

const known = (name: string): readonly number[] =>
  knownDifferences.find(({ scenario }) => scenario === name)?.packets ?? []

function wrongPackets({ name, scenario, result }: Recorded): { name: string; packets: number[] } {
  return { name, packets: differing(scorePackets(runInModel(scenario), result)) }
}

/** Events, and the tables and rulesets at the end. */
function wrongRest({ name, scenario, result }: Recorded): { name: string; difference: unknown } {
  const options = { only: ['ev', 'end'], isInRealTime: scenario.realtime === true } as const
  return { name, difference: compareResults(runInModel(scenario), result, options) }
}

/** What a recording is about must be in it: a word of its scenarios or results, and in how many at least. */
const contents: readonly (readonly [recording: string, word: RegExp, atLeast: number])[] = [
  ['small-helpers', /"state":"related"/, 40],
  ['small-helpers', /"helper":"pptp"/, 10],
  ['h323', /"helper":"(RAS|Q.931|H.245)"/, 100],
  ['h323', /"fn":"Q.931"|"fn":"nat-follow-master"/, 20],
  ['sip', /"helper":"sip"/, 60],
  ['sip', /"fn":"sip"/, 10],
  ['broadcast-helpers', /"helper":"netbios-ns"/, 20],
  ['broadcast-helpers', /"helper":"snmp/, 20],
  ['nat', /"snat"/, 30],
  ['nat', /"dnat"/, 30],
  ['time', /"realtime":true/, 5],
  ['invented', /"seqadj_o"/, 5],
]

describe('against recorded kernels', () => {
  test.each(
    recordings.map(({ file, recorder }) => [
      file.slice(join(import.meta.dirname, '/').length),
      recorder?.kernel ?? 'an unnamed kernel',
    ]),
  )('%s, made by %s: every packet leaves and is judged as in the kernel, but for the known differences', (name) => {
    const items = recordings.find(({ file }) => file.endsWith(name))?.items ?? []
    const found = items.map(wrongPackets).filter(({ packets }) => packets.length > 0)
    const expected = items
      .map((item) => ({ name: item.name, packets: [...known(item.name)] }))
      .filter(({ packets }) => packets.length > 0)
    expect(found).toEqual(expected)
  })

  test('events and the tables at the end are as in the kernel, where all packets are', () => {
    const found = everything.filter(({ name }) => known(name).length === 0).map(wrongRest)
    expect(found.filter(({ difference }) => difference !== null)).toEqual([])
  })

  test.each(contents)('%s holds %s at least %i times', (recording, word, atLeast) => {
    const items = recordings.find(({ file }) => file.endsWith(`/${recording}.jsonl.gz`))?.items ?? []
    expect(items.filter((item) => word.test(JSON.stringify(item))).length).toBeGreaterThanOrEqual(atLeast)
  })

  test('the invented ones are of every kind', () => {
    const items = recordings.find(({ file }) => file.endsWith('/invented.jsonl.gz'))?.items ?? []
    expect(new Set(items.map(({ name }) => name.replace(/-\d+$/, '')))).toEqual(new Set(kindNames))
  })

  test('every known difference names a recorded scenario and its reason', () => {
    const names = new Set(everything.map(({ name }) => name))
    for (const { scenario, reason } of knownDifferences) {
      expect(names).toContain(scenario)
      expect(reason).not.toBe('')
    }
  })
})

const availability = isKernelAvailable()

if (!availability.ok) {
  test(`the running kernel is not available here, the recordings ran alone: ${availability.reason}`, () => {
    console.warn(`the model was NOT held against the running kernel: ${availability.reason}`)
    expect(availability.reason).not.toBe('')
  })
} else {
  describe(`against the running kernel ${availability.kernel}`, () => {
    const kernel = new Kernel()
    afterAll(() => kernel.close())
    const chosen = everything.filter((_, index) => index % liveStep === 0)

    test(`${chosen.length} scenarios run live are equal to the model, but for the known differences`, async () => {
      console.warn(`the model is held against the running kernel ${availability.kernel} and nft ${availability.nft}`)
      const found: { name: string; packets: number[] }[] = []
      for (const item of chosen) found.push(wrongPackets({ ...item, result: await kernel.run(item.scenario) }))
      const expected = chosen.map(({ name }) => ({ name, packets: [...known(name)] }))
      expect(found).toEqual(expected)
    })
  })
}
