/** The model against what kernels did: always against the recordings, and against the running kernel where there is root. */

import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runInModel, type Score, scorePackets } from '../../src/analysis/lab/index.ts'
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

  test('there are at least 300 generated scenarios and 15,000 packets', () => {
    expect(everything.length).toBeGreaterThan(300)
    expect(everything.reduce((sum, { scenario }) => sum + scenario.packets.length, 0)).toBeGreaterThan(15_000)
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
