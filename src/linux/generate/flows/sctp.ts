/** SCTP associations: opened, used, shut down, with chunks missing, tags wrong and intruders' chunks between. */

import { writeUint32 } from '../../../model/bytes/index.ts'
import { Protocol } from '../../../model/packet/index.ts'
import type { Flow } from '../flow.ts'
import { type Ends, readable } from '../packets/answer.ts'
import { buildSctp, type Chunk } from '../packets/sctp.ts'
import { pickPath, pickPort } from '../topology.ts'

const type = {
  data: 0,
  init: 1,
  initAck: 2,
  sack: 3,
  heartbeat: 4,
  heartbeatAck: 5,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  cookieEcho: 10,
  cookieAck: 11,
  shutdownComplete: 14,
} as const
const CLIENT_TAG = 77
const SERVER_TAG = 88

const init = (kind: number, tag: number, more: readonly number[] = []): Chunk => {
  const value = new Uint8Array(16 + more.length)
  writeUint32(value, 0, tag)
  value.set([0, 0, 0xff, 0xff, 0, 1, 0, 1, 0, 0, 0, 1, ...more], 4)
  return { type: kind, value }
}
const cookie = [0, 7, 0, 8, 0x63, 0x6f, 0x6f, 0x6b]
const plain = (kind: number, length: number): Chunk => ({ type: kind, value: new Uint8Array(length) })

/** What each side says after the first INIT, with the tag that the other side chose. */
const story: readonly { readonly isClient: boolean; readonly chunk: Chunk }[] = [
  { isClient: false, chunk: init(type.initAck, SERVER_TAG, cookie) },
  { isClient: true, chunk: { type: type.cookieEcho, value: Uint8Array.from(cookie.slice(4)) } },
  { isClient: false, chunk: plain(type.cookieAck, 0) },
  { isClient: true, chunk: { type: type.data, flags: 3, value: new Uint8Array(16) } },
  { isClient: false, chunk: plain(type.sack, 12) },
  { isClient: true, chunk: { type: type.heartbeat, value: Uint8Array.of(0, 1, 0, 4) } },
  { isClient: false, chunk: { type: type.heartbeatAck, value: Uint8Array.of(0, 1, 0, 4) } },
  { isClient: true, chunk: plain(type.shutdown, 4) },
  { isClient: false, chunk: plain(type.shutdownAck, 0) },
  { isClient: true, chunk: plain(type.shutdownComplete, 0) },
]

export const sctp: Flow = function* (world) {
  const { random } = world
  const path = pickPath(random)
  const ends: Ends = { from: path.client, fromPort: pickPort(random), to: path.server, toPort: 80 }
  const first = buildSctp(ends, 0, [init(type.init, CLIENT_TAG)], random.chance(0.05))
  const arrivals = readable(world.send(path.clientSide, first), path.clientSide, Protocol.sctp)
  yield
  const at = arrivals[0]
  const back: Ends = at
    ? { from: at.seen.to, fromPort: at.seen.toPort, to: at.seen.from, toPort: at.seen.fromPort }
    : { from: ends.to, fromPort: ends.toPort, to: ends.from, toPort: ends.fromPort }
  for (const { isClient, chunk } of story) {
    if (random.chance(0.08)) continue
    const tag = (isClient ? SERVER_TAG : CLIENT_TAG) + (random.chance(0.07) ? 1 : 0)
    const intruder: Chunk = { ...init(random.pick([1, 2, 6, 9, 14]), CLIENT_TAG), flags: random.pick([0, 1]) }
    const said = random.chance(0.93) ? chunk : intruder
    const chunks = random.chance(0.1) ? [said, plain(type.data, 16)] : [said]
    world.send(
      isClient ? path.clientSide : (at?.device ?? path.serverSide),
      buildSctp(isClient ? ends : back, tag, chunks),
    )
    yield
  }
}
