/** The established path allocates nothing: measured on the heap of a process of its own, from capture to flow table. */

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Less than the smallest object (a boxed number: 16 bytes); reading the heap's size itself leaves a little. */
const limit = 8

test('a packet of an established flow leaves nothing on the heap', () => {
  const options = ['--min-semi-space-size=64', '--max-semi-space-size=64']
  const printed = execFileSync(process.execPath, [...options, join(import.meta.dirname, 'allocation.fixture.ts')], {
    encoding: 'utf8',
  })
  const { bytesPerPacket, packets } = JSON.parse(printed)
  expect(packets).toMatchObject({ new: 1, related: 0, invalid: 0 })
  expect(bytesPerPacket).toBeLessThan(limit)
})
