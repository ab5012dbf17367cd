/** PPTP (RFC 2637): calls set up and cleared over TCP port 1723, tunnelled packets in GRE version 1 both ways. */

import { readUint16, writeUint16, writeUint32 } from '../../../model/bytes/index.ts'
import { buildIp, Protocol } from '../../../model/packet/index.ts'
import type { Flow } from '../flow.ts'
import { readable } from '../packets/answer.ts'
import { TcpConversation } from '../tcp-conversation.ts'
import { pickPort, pickUsualPath } from '../topology.ts'
import type { World } from '../world.ts'

const MAGIC = 0x1a2b3c4d

/** Control message types and the whole length of each message, in bytes. */
const message = {
  startRequest: [1, 156],
  startReply: [2, 156],
  stopRequest: [3, 16],
  stopReply: [4, 16],
  echoRequest: [5, 16],
  echoReply: [6, 20],
  outCallRequest: [7, 168],
  outCallReply: [8, 32],
  inCallRequest: [9, 220],
  inCallReply: [10, 24],
  inCallConnect: [11, 28],
  callClearRequest: [12, 16],
  callDisconnect: [13, 148],
  wanError: [14, 40],
  setLinkInfo: [15, 24],
} as const

/** A control message; `words` are 16-bit values behind the 12 bytes of its header. */
function control([type, length]: readonly [number, number], ...words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(length)
  writeUint16(bytes, 0, length)
  writeUint16(bytes, 2, 1)
  writeUint32(bytes, 4, MAGIC)
  writeUint16(bytes, 8, type)
  for (const [index, word] of words.entries()) writeUint16(bytes, 12 + 2 * index, word)
  return bytes
}

const CONNECTED = 1 << 8

export const pptp: Flow = function* (world) {
  const { random } = world
  const path = pickUsualPath(random, random.chance(0.95) ? 4 : 6)
  const talk = new TcpConversation(world, path, pickPort(random), random.pick([1723, 1723, 1723, 1723, 2121]))
  yield* talk.open()
  if (random.chance(0.92)) yield* talk.say('client', control(message.startRequest, 0x100))
  if (random.chance(0.92)) yield* talk.say('server', control(message.startReply, 0x100, 0x100))
  const clientCall = random.pick([0, 1, 0x4000, random.integer(0, 65_535)])
  const serverCall = random.pick([0, 7, 0x4000, random.integer(0, 65_535)])
  if (random.chance(0.85)) yield* outgoingCall(world, talk, clientCall, serverCall)
  else yield* incomingCall(world, talk, clientCall, serverCall)
  if (random.chance(0.3)) yield* talk.say('client', control(message.echoRequest, 0, 1))
  if (random.chance(0.3)) yield* talk.say('client', control(message.setLinkInfo, serverCall, 0, 0xffff, 0xffff))
  if (random.chance(0.2)) yield* talk.say('server', control(message.wanError, clientCall))
  if (random.chance(0.5)) {
    yield* talk.say('client', control(message.callClearRequest, clientCall))
    yield* talk.say('server', control(message.callDisconnect, serverCall, CONNECTED))
    yield* tunnel(world, talk, clientCall, serverCall)
  }
  if (random.chance(0.4)) {
    yield* talk.say('client', control(message.stopRequest, CONNECTED))
    yield* talk.say('server', control(message.stopReply, CONNECTED))
  }
  if (random.chance(0.5)) yield* talk.close()
}

function* outgoingCall(
  world: World,
  talk: TcpConversation,
  clientCall: number,
  serverCall: number,
): Generator<void, void> {
  const { random } = world
  const request = yield* talk.say('client', control(message.outCallRequest, clientCall, 1))
  // What the server read: translation may have given the call another number.
  const readCall = request.length >= 14 ? readUint16(request, 12) : clientCall
  const peerCall = random.chance(0.9) ? readCall : (readCall + 1) & 0xffff
  const result = random.chance(0.85) ? CONNECTED : 0x200
  const reply = control(message.outCallReply, serverCall, peerCall, result)
  yield* talk.say('server', random.chance(0.93) ? reply : reply.slice(0, 20))
  yield* tunnel(world, talk, readCall, serverCall)
}

function* incomingCall(
  world: World,
  talk: TcpConversation,
  clientCall: number,
  serverCall: number,
): Generator<void, void> {
  yield* talk.say('client', control(message.inCallRequest, clientCall, 1))
  yield* talk.say('server', control(message.inCallReply, serverCall, clientCall, CONNECTED))
  yield* talk.say('client', control(message.inCallConnect, serverCall, 0, 0xffff, 0xffff))
  yield* tunnel(world, talk, clientCall, serverCall)
}

/** Tunnelled packets from both ends, each with the call number that its receiver chose. */
function* tunnel(world: World, talk: TcpConversation, clientCall: number, serverCall: number): Generator<void, void> {
  const { random } = world
  let sequence = 1
  for (let count = random.integer(1, 3); count > 0; count--) {
    const isClient = random.chance(0.5)
    const end = isClient ? talk.client : talk.server
    const call = isClient ? serverCall : clientCall
    const packet = buildIp(
      { from: end.own, to: end.peer },
      Protocol.gre,
      gre(random.chance(0.9) ? call : call ^ 1, sequence++),
    )
    const arrivals = readable(world.send(end.side, packet), end.side, Protocol.gre)
    yield
    for (const { device, seen } of arrivals) {
      if (random.chance(0.4)) continue
      const back = isClient ? clientCall : serverCall
      world.send(device, buildIp({ from: seen.to, to: seen.from }, Protocol.gre, gre(back, sequence++)))
      yield
    }
  }
}

/** A GRE header of version 1 with key (length and call number) and sequence number, around four bytes of PPP. */
function gre(call: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(16)
  bytes.set([0x30, 0x01, 0x88, 0x0b, 0, 4])
  writeUint16(bytes, 6, call)
  writeUint32(bytes, 8, sequence)
  bytes.set([0xff, 0x03, 0xc0, 0x21], 12)
  return bytes
}
