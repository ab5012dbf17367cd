/** The helpers that run in user space, packet by packet against what conntrackd's own did (README.md). */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type Heard, Listener } from './listener.fixture.ts'

const lines = gunzipSync(readFileSync(join(import.meta.dirname, 'helpers.jsonl.gz')))
  .toString()
  .trim()
  .split('\n')
// The file was written by the recorder in this form.
const connections = lines.slice(1).map((line) => JSON.parse(line) as readonly Heard[])

const kinds = [...new Set(connections.map(([first]) => `${first?.helper} ${first?.protocol}`))].sort()

test('every helper is recorded', () => {
  expect(kinds).toEqual(['dhcpv6 17', 'mdns 17', 'rpc 17', 'rpc 6', 'slp 17', 'ssdp 17', 'ssdp 6', 'tns 6'])
})

test.each(kinds)('%s', (kind) => {
  const own = connections.filter(([first]) => `${first?.helper} ${first?.protocol}` === kind)
  expect(own.flat().filter(({ answer }) => answer.expected).length).toBeGreaterThan(25)
  for (const packets of own) {
    const listener = new Listener()
    for (const heard of packets) expect([heard.packet, listener.hear(heard)]).toEqual([heard.packet, heard.answer])
  }
})
