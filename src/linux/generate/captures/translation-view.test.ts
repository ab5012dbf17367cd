/** Recorded replies as they go to a box that translates: to the address and port that it chose, with the numbers that it sent. */

import { expect, test } from 'vitest'
import { readUint32 } from '../../../model/bytes/index.ts'
import { buildIcmp, buildTcp, buildUdp, type TcpFields } from '../../../model/packet/index.ts'
import { readSeen } from '../packets/seen.ts'
import { TranslationView } from './translation-view.ts'

const client = '10.1.1.1'
const server = '198.51.100.5'
const outside = { 4: '192.0.2.2', 16: '2001:db8:ffff::2' } as const
const view = (): TranslationView => new TranslationView(new Set([client]), outside)
const request: TcpFields = { from: client, to: server, fromPort: 4000, toPort: 21, flags: 'PA', sequence: 100 }
const reply: TcpFields = { from: server, to: client, fromPort: 21, toPort: 4000, flags: 'A', acknowledgment: 105 }

test('a reply goes to the port that was chosen, and acknowledges what was sent instead of what was recorded', () => {
  const there = view()
  there.learn(
    buildTcp({ ...request, payload: 'PORT1' }),
    buildTcp({ ...request, from: outside[4], fromPort: 5555, payload: 'PORT1234' }),
  )
  const seen = readSeen(there.apply(buildTcp(reply)))
  expect(seen).toMatchObject({ from: server, fromPort: 21, to: outside[4], toPort: 5555 })
  expect(readUint32(seen?.segment ?? new Uint8Array(20), 8)).toBe(108)
  expect(there.apply(buildTcp(reply))).toEqual(
    buildTcp({ ...reply, to: outside[4], toPort: 5555, acknowledgment: 108 }),
  )
})

test('where nothing is known the box itself is meant, on the same port', () => {
  const fields = { from: server, to: client, fromPort: 20, toPort: 3000 }
  expect(view().apply(buildUdp(fields))).toEqual(buildUdp({ ...fields, to: outside[4] }))
})

test('a wrong checksum stays wrong, and what the lan sends stays as it is', () => {
  const wrong = view().apply(buildUdp({ from: server, to: client, fromPort: 20, toPort: 3000, checksum: 0x1234 }))
  expect([wrong[26], wrong[27]]).toEqual([0x12, 0x34])
  const own = buildTcp(request)
  expect(view().apply(own)).toEqual(own)
})

test('an error quotes the packet as it was outside', () => {
  const there = view()
  const sent = { from: client, to: server, fromPort: 4000, toPort: 53 }
  const translated = { ...sent, from: outside[4], fromPort: 6000 }
  there.learn(buildUdp(sent), buildUdp(translated))
  const error = { from: server, type: 3, code: 3 }
  const applied = there.apply(buildIcmp({ ...error, to: client, payload: buildUdp(sent) }))
  const quoted = readSeen(applied)?.payload ?? new Uint8Array(0)
  expect(readSeen(applied)).toMatchObject({ to: outside[4] })
  expect(readSeen(quoted)).toMatchObject({ from: outside[4], fromPort: 6000, to: server, toPort: 53 })
})
