/** SIP phones: registering, calling and being called, changing media, hanging up; media streams to where the bodies say. */

import type { Flow } from '../flow.ts'
import { sendDatagram } from '../packets/answer.ts'
import type { Random } from '../random.ts'
import { hosts, type Path, pickUsualPath } from '../topology.ts'
import type { World } from '../world.ts'
import { exchangeMedia } from './media.ts'
import {
  buildMessage,
  type Dialogue,
  hostText,
  type Media,
  misspelled,
  readContact,
  readMedia,
  type Session,
  uri,
} from './sip-messages.ts'
import { pickWire, type SipWire } from './sip-wire.ts'

interface Call {
  readonly world: World
  readonly path: Path
  readonly wire: SipWire
  readonly dialogue: Dialogue
}

/** A place where an end receives media. */
interface Place {
  readonly side: string
  readonly host: string
  readonly port: number
}

export const sip: Flow = function* (world) {
  const { random } = world
  const path = pickUsualPath(random)
  const wire = pickWire(world, path)
  const dialogue: Dialogue = {
    family: path.family,
    callId: `${random.integer(1, 9)}@${random.pick([hostText(path.client), 'x'])}`,
    isCompact: random.chance(0.15),
    transport: wire.transport,
  }
  const call: Call = { world, path, wire, dialogue }
  yield* wire.begin()
  if (random.chance(0.45)) yield* register(call)
  if (random.chance(0.8)) yield* callOut(call)
}

function* register(call: Call): Generator<void, void> {
  const { world, path, wire } = call
  const { random } = world
  const expires = random.pick([3600, 60, 0, 1])
  const inContact = random.chance(0.5)
  const contact = `<${uri('phone', path.client, random.pick([wire.clientPort, wire.clientPort, null]))}>${inContact ? `;expires=${expires}` : ''}`
  const extra = inContact ? [] : [`Expires: ${expires}`]
  const read = yield* client(call, {
    first: `REGISTER sip:${hostText(path.server)} SIP/2.0`,
    sequence: '1 REGISTER',
    contact: random.chance(0.05) ? '*' : contact,
    headers: extra,
  })
  const bound = readContact(read)
  const status = random.pick(['200 OK', '200 OK', '200 OK', '401 Unauthorized', '100 Trying'])
  const echoed = bound === null ? contact : `<${uri('phone', bound.host, bound.port)}>;expires=${expires}`
  yield* server(call, { first: `SIP/2.0 ${status}`, sequence: '1 REGISTER', contact: echoed, headers: extra })
  if (bound === null || !random.chance(0.6)) return
  // Somebody calls the phone at the place that it registered.
  const from = random.chance(0.8) ? path.server : random.pick(hosts[path.family].wan)
  const invite = buildMessage(call.dialogue, {
    first: `INVITE ${uri('phone', bound.host, bound.port)} SIP/2.0`,
    sequence: '7 INVITE',
    viaHost: from,
    viaPort: 5060,
    from: uri('bob', from, null),
    to: uri('phone', bound.host, null),
    contact: `<${uri('bob', from, 5060)}>`,
    session: { address: from, media: [{ kind: 'audio', port: 20_000 }] },
  })
  sendDatagram(world, path.serverSide, { from, fromPort: 5060, to: bound.host, toPort: bound.port }, invite)
  yield
}

function* callOut(call: Call): Generator<void, void> {
  const { world, path } = call
  const { random } = world
  const own = pickSession(random, path.client)
  const invite = yield* client(call, {
    first: `INVITE ${uri('bob', path.server, random.pick([null, 5060]))} SIP/2.0`,
    sequence: '1 INVITE',
    contact: `<${uri('alice', path.client, call.wire.clientPort)}>`,
    session: own,
  })
  if (random.chance(0.4)) yield* server(call, { first: 'SIP/2.0 100 Trying', sequence: '1 INVITE' })
  const theirs = pickSession(random, path.server)
  const contact = `<${uri('bob', path.server, 5060)}>`
  if (random.chance(0.4))
    yield* server(call, {
      first: random.pick(['SIP/2.0 180 Ringing', 'SIP/2.0 183 Session Progress']),
      sequence: '1 INVITE',
      contact,
      ...(random.chance(0.5) ? { session: theirs } : {}),
    })
  if (random.chance(0.15)) {
    yield* server(call, {
      first: random.pick(['SIP/2.0 404 Not Found', 'SIP/2.0 486 Busy Here']),
      sequence: '1 INVITE',
    })
    yield* client(call, { first: `ACK ${uri('bob', path.server, null)} SIP/2.0`, sequence: '1 ACK' })
    yield* media(call, own, invite, '')
    return
  }
  const answer = yield* server(call, { first: 'SIP/2.0 200 OK', sequence: '1 INVITE', contact, session: theirs })
  yield* client(call, { first: `ACK ${uri('bob', path.server, null)} SIP/2.0`, sequence: '1 ACK' })
  yield* media(call, own, invite, answer)
  if (random.chance(0.35)) yield* change(call)
  if (random.chance(0.6)) yield* hangUp(call)
}

/** A second offer, by INVITE, UPDATE, PRACK or ACK with a body. */
function* change(call: Call): Generator<void, void> {
  const { world, path } = call
  const method = world.random.pick(['INVITE', 'UPDATE', 'UPDATE', 'PRACK', 'ACK'])
  const own = pickSession(world.random, path.client)
  const offer = yield* client(call, {
    first: `${method} ${uri('bob', path.server, null)} SIP/2.0`,
    sequence: `2 ${method}`,
    contact: `<${uri('alice', path.client, call.wire.clientPort)}>`,
    session: own,
  })
  const answer = yield* server(call, {
    first: 'SIP/2.0 200 OK',
    sequence: `2 ${method}`,
    session: pickSession(world.random, path.server),
  })
  yield* media(call, own, offer, answer)
}

function* hangUp(call: Call): Generator<void, void> {
  const { path } = call
  const sequence = '3 BYE'
  if (call.world.random.chance(0.6)) {
    yield* client(call, { first: `BYE ${uri('bob', path.server, null)} SIP/2.0`, sequence })
    yield* server(call, { first: 'SIP/2.0 200 OK', sequence })
  } else {
    yield* server(call, { first: `BYE ${uri('alice', call.wire.serverPeer(), null)} SIP/2.0`, sequence })
    yield* client(call, { first: 'SIP/2.0 200 OK', sequence })
  }
}

type Parts = Omit<Parameters<typeof buildMessage>[1], 'viaHost' | 'viaPort' | 'from' | 'to'>

function* client(call: Call, parts: Parts): Generator<void, string> {
  const { path, wire, dialogue } = call
  const { random } = call.world
  const text = buildMessage(dialogue, {
    ...parts,
    viaHost: path.client,
    viaPort: random.chance(0.85) ? wire.clientPort : null,
    viaParameters: random.pick(['', '', ';rport', `;maddr=${path.client}`, `;received=${path.client}`]),
    from: uri('alice', path.client, null),
    to: uri('bob', path.server, null),
  })
  return yield* wire.fromClient(misspelled(random, text))
}

/** A server's message: responses carry the Via that the client is known under. */
function* server(call: Call, parts: Parts): Generator<void, string> {
  const { path, wire, dialogue } = call
  const { random } = call.world
  const isResponse = parts.first.startsWith('SIP/')
  const peer = wire.serverPeer()
  const text = buildMessage(dialogue, {
    ...parts,
    viaHost: isResponse ? peer : path.server,
    viaPort: isResponse ? wire.clientPort : 5060,
    viaParameters: isResponse
      ? random.pick(['', `;received=${peer}`, `;received=${peer};rport=${wire.clientPort}`])
      : '',
    from: isResponse ? uri('alice', peer, null) : uri('bob', path.server, null),
    to: isResponse ? uri('bob', path.server, null) : uri('alice', peer, null),
  })
  return yield* wire.fromServer(misspelled(random, text))
}

/** Media at `host`: one or more streams, with or without connections of their own; now and then elsewhere or on hold. */
function pickSession(random: Random, host: string): Session {
  const port = random.pick([10_000, 30_002, 5004, 2 * random.integer(600, 32_000), 10_001])
  const kinds = random.pick([['audio'], ['audio'], ['audio', 'video'], ['audio', 'video', 'image'], ['video'], []])
  const elsewhere = random.chance(0.08) ? random.pick(hosts[host.includes(':') ? 6 : 4].wan) : host
  const hasOwn = random.chance(0.3)
  const isCommon = !hasOwn || random.chance(0.5)
  const media = kinds.map(
    (kind, index): Media => ({
      kind,
      port: random.chance(0.06) ? 0 : port + 2 * index,
      ...(hasOwn ? { address: elsewhere } : {}),
    }),
  )
  return { ...(isCommon ? { address: elsewhere } : {}), media }
}

/** Streams both ways: each end sends from where it receives to where it read that the other does. */
function* media(call: Call, own: Session, atServer: string, atClient: string): Generator<void, void> {
  const { world, path } = call
  const { random } = world
  const clientPlaces: Place[] = own.media.map(({ port }) => ({ side: path.clientSide, host: path.client, port }))
  const serverTargets = readMedia(atServer)
  const clientTargets = readMedia(atClient)
  for (const { host, port } of serverTargets) {
    for (const offset of random.pick([[0], [0, 1], [1], [2]])) {
      const ends = {
        from: path.server,
        fromPort: random.pick([port, 7000]),
        to: host,
        toPort: (port + offset) & 0xffff,
      }
      yield* exchangeMedia(world, path.serverSide, ends)
    }
  }
  for (const [index, { host, port }] of clientTargets.entries()) {
    const place = clientPlaces[index] ?? clientPlaces[0]
    if (!place || !random.chance(0.8)) continue
    yield* exchangeMedia(world, place.side, { from: place.host, fromPort: place.port, to: host, toPort: port })
  }
}
