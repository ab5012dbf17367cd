/** Listings of rulesets at the end of recorded scenarios: the model's, raised from what it ran, against nft's of the kernel. */

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compareResults, type Outcome, type Result, runInModel } from '../src/analysis/lab/index.ts'
import { type Recorded, readRecording, recordingsIn } from '../src/linux/lab/index.ts'

const items = recordingsIn(join(import.meta.dirname, 'kernel')).flatMap((file) => readRecording(file).items)

/** Scenarios that nft itself did not list, and why. */
const unlisted: Readonly<Record<string, string>> = {
  'gen-101940': 'nft 1.0.6 aborts when it lists @ih with an operator that orders',
}

const listingOf = (result: Result): Outcome['ruleset'] => ('error' in result ? undefined : result.ruleset)
const hasFailed = (listing: Outcome['ruleset']): boolean => listing !== undefined && 'error' in listing
const isListed = ({ result }: Recorded): boolean => Array.isArray(listingOf(result))

/** Only the listings are compared: all else of the end is made the same. */
function isEqual({ result, scenario }: Recorded): boolean {
  const model = runInModel(scenario)
  if ('error' in model || 'error' in result) return false
  return compareResults({ ...result, ruleset: model.ruleset ?? [] }, result, { only: ['end'] }) === null
}

describe('listings of recorded rulesets', () => {
  test('nft has listed all but the ones that are named', () => {
    const names = items.filter(({ result }) => hasFailed(listingOf(result))).map(({ name }) => name)
    expect(names).toEqual(Object.keys(unlisted))
  })

  test('the model lists what nft lists', () => {
    const names = items.filter((item) => isListed(item) && !isEqual(item)).map(({ name }) => name)
    expect(names).toEqual([])
  }, 60_000)
})
