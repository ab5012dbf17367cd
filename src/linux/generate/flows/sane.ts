/** SANE network scanning: on port 6566 a start request, whose answer names a port to which the client connects. */

import { readUint16 } from '../../../model/bytes/index.ts'
import type { Flow } from '../flow.ts'
import { TcpConversation } from '../tcp-conversation.ts'
import { pickPort, pickUsualPath } from '../topology.ts'

/** RPC codes of the protocol. */
const code = { init: 0, getDevices: 1, open: 2, start: 7 } as const

const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]

export const sane: Flow = function* (world) {
  const { random } = world
  const path = pickUsualPath(random)
  const talk = new TcpConversation(world, path, pickPort(random), random.pick([6566, 6566, 6566, 2121]))
  yield* talk.open()
  if (random.chance(0.7)) {
    yield* talk.say('client', Uint8Array.from([...word(code.init), ...word(0x01000003), ...word(2), 0x61, 0]))
    yield* talk.say('server', Uint8Array.from([...word(0), ...word(0x01000003)]))
  }
  for (let count = random.integer(1, 2); count > 0; count--) {
    const request = [...word(random.pick([code.start, code.start, code.start, code.open])), ...word(0)]
    yield* talk.say('client', Uint8Array.from(random.chance(0.9) ? request : request.slice(0, 3)))
    const port = random.pick([random.integer(1024, 65_535), 40_000, 0, 65_535])
    const reply = [
      ...word(random.chance(0.85) ? 0 : 9),
      ...word(random.chance(0.9) ? port : 65_536 + port),
      ...word(0x1234),
      ...word(0),
    ]
    const read = yield* talk.say('server', Uint8Array.from(random.chance(0.9) ? reply : reply.slice(0, 7)))
    const target = read.length >= 8 ? readUint16(read, 6) : port
    const data = new TcpConversation(world, { ...path, server: talk.client.peer }, pickPort(random), target)
    yield* data.open()
    if (random.chance(0.4)) yield* data.say('server', 'scan')
  }
  if (random.chance(0.4)) yield* talk.close()
}
