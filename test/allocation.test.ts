/** The established path allocates nothing: measured on the heap of a process of its own, from capture to flow table. */

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Less than the smallest object (a boxed number: 16 bytes); reading the heap's size itself leaves a little. */
const limit = 8

/** What a fixture prints. */
function run(fixture: string, ...args: readonly string[]): Record<string, unknown> {
  const options = ['--min-semi-space-size=64', '--max-semi-space-size=64']
  const printed = execFileSync(process.execPath, [...options, join(import.meta.dirname, fixture), ...args], {
    encoding: 'utf8',
  })
  return JSON.parse(printed)
}

test.each(['frames', 'blocks'])('a packet of an established flow leaves nothing on the heap, read in %s', (way) => {
  const { bytesPerPacket, packets } = run('allocation.fixture.ts', way)
  expect(packets).toMatchObject({ new: 1, related: 0, invalid: 0 })
  expect(bytesPerPacket).toBeLessThan(limit)
})

test('nor does one that is translated, in either direction', () => {
  const { bytesPerPacket, left, entries } = run('allocation-nat.fixture.ts')
  expect({ left, entries }).toEqual({ left: 600_000, entries: 2 })
  expect(bytesPerPacket).toBeLessThan(limit)
})
