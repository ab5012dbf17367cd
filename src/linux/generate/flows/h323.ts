/** H.323 endpoints: registering with a gatekeeper, admission, calls with H.245 beside, in, or instead of them, media. */

import type { Flow } from '../flow.ts'
import { answerDatagram, sendDatagram } from '../packets/answer.ts'
import type { TransportAddress, Written } from '../packets/per-writer.ts'
import type { Random } from '../random.ts'
import { TcpConversation } from '../tcp-conversation.ts'
import { hosts, type Path, pickPort, pickUsualPath } from '../topology.ts'
import type { World } from '../world.ts'
import * as messages from './h323-messages.ts'
import { exchangeMedia } from './media.ts'

export const h323: Flow = function* (world) {
  const { random } = world
  const path = pickUsualPath(random)
  if (random.chance(0.5)) yield* register(world, path)
  if (random.chance(0.75)) yield* call(world, path, 1720)
}

const isVersion6 = ({ family }: Path): boolean => family === 6

/** Now and then one byte is another, or the end is missing. */
function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  if (!random.chance(0.06)) return bytes
  if (random.chance(0.5)) return bytes.slice(0, random.integer(1, bytes.length - 1))
  const changed = bytes.slice()
  changed[random.integer(0, bytes.length - 1)] = random.integer(0, 255)
  return changed
}

/** Now and then not the sender's own address. */
function own(random: Random, host: string, port: number): TransportAddress {
  const isVersion4 = !host.includes(':')
  return { host: random.chance(0.06) ? random.pick(hosts[isVersion4 ? 4 : 6].wan) : host, port }
}

function* register(world: World, path: Path): Generator<void, void> {
  const { random } = world
  const rasPort = random.pick([1719, 1719, 1718, pickPort(random)])
  const ends = { from: path.client, fromPort: rasPort, to: path.server, toPort: random.pick([1719, 1719, 1719, 1718]) }
  const signal = own(random, path.client, random.pick([1720, 1720, 1721, pickPort(random)]))
  const ras = own(random, path.client, rasPort)
  const seconds = random.pick([0, 0, 60, 300])
  function* ask(question: Written, answer: (arrived: Uint8Array) => Written): Generator<void, Uint8Array> {
    const reads = sendDatagram(world, path.clientSide, ends, damaged(random, question.bytes))
    yield
    const answers = reads.flatMap((read) =>
      answerDatagram(world, read, damaged(random, answer(read.seen.payload).bytes)),
    )
    yield
    return answers[0]?.seen.payload ?? new Uint8Array(0)
  }
  if (random.chance(0.3))
    yield* ask(messages.gatekeeperRequest(1, ras), () =>
      messages.gatekeeperConfirm(1, { host: path.server, port: random.pick([1719, 1730]) }),
    )
  let bound: TransportAddress | null = null
  const registration = messages.registrationRequest(2, signal, ras, seconds)
  yield* ask(registration, (arrived) => {
    bound = messages.readAddress(arrived, registration.places.get('signal'), isVersion6(path))
    return messages.registrationConfirm(2, bound ?? signal, seconds)
  })
  if (bound !== null && random.chance(0.6)) yield* calledBack(world, path, bound)
  if (random.chance(0.5)) {
    const target = { host: path.server, port: random.pick([1720, 1725]) }
    const confirm = messages.admissionConfirm(3, target)
    const request = messages.admissionRequest(3, random.chance(0.5) ? target : null, random.chance(0.5) ? signal : null)
    const arrived = yield* ask(request, () => confirm)
    const read = messages.readAddress(arrived, confirm.places.get('destination'), isVersion6(path))
    if (read !== null && random.chance(0.7)) yield* call(world, { ...path, server: path.server }, read.port)
  }
  if (random.chance(0.2))
    yield* ask(messages.unregistrationRequest(5, signal), () =>
      random.chance(0.5) ? messages.unregistrationConfirm(5) : messages.locationConfirm(5, signal, ras),
    )
}

/** Somebody calls the endpoint where it is registered. */
function* calledBack(world: World, path: Path, bound: TransportAddress): Generator<void, void> {
  if (bound.host.includes(':') !== isVersion6(path)) return
  const { random } = world
  const caller = random.chance(0.7) ? path.server : random.pick(hosts[path.family].wan)
  const back: Path = {
    family: path.family,
    clientSide: path.serverSide,
    client: caller,
    serverSide: path.clientSide,
    server: bound.host,
  }
  yield* call(world, back, bound.port)
}

function* call(world: World, path: Path, port: number): Generator<void, void> {
  const { random } = world
  const talk = new TcpConversation(world, path, pickPort(random), port)
  yield* talk.open()
  const media = own(random, path.client, 2 * random.integer(2000, 30_000))
  const control = { host: media.host, port: media.port + 1 }
  const isFast = random.chance(0.3)
  const setup = messages.callMessage('setup', {
    h245: random.chance(0.25) ? own(random, path.client, pickPort(random)) : undefined,
    destination: random.chance(0.7) ? { host: talk.client.peer, port } : undefined,
    source: random.chance(0.5) ? own(random, path.client, talk.client.ownPort) : undefined,
    fastStart: isFast
      ? [messages.openLogicalChannel(1, null, control, true), messages.openLogicalChannel(2, media, control, true)]
      : undefined,
    tunnelled: random.chance(0.15) ? [messages.openLogicalChannel(7, null, control)] : undefined,
  })
  const atServer = yield* sayFrame(world, talk, 'client', setup)
  if (isFast) yield* stream(world, talk, 'client', atServer, setup, 'media 2')
  const h245 = { host: talk.server.own, port: random.pick([1733, pickPort(random)]) }
  let control245: TransportAddress | null = null
  for (const name of ['callProceeding', 'alerting', 'connect', 'facility'] as const) {
    if (!random.chance(name === 'connect' ? 0.9 : 0.3)) continue
    const hasControl = random.chance(0.5)
    const reply = messages.callMessage(name, {
      h245: hasControl ? h245 : undefined,
      destination:
        name === 'facility' && !hasControl ? { host: random.pick(hosts[path.family].wan), port: 1720 } : undefined,
      fastStart:
        isFast && name !== 'facility'
          ? [
              messages.openLogicalChannel(
                1,
                { host: talk.server.own, port: 6000 },
                { host: talk.server.own, port: 6001 },
                true,
              ),
            ]
          : undefined,
    })
    const arrived = yield* sayFrame(world, talk, 'server', reply)
    if (isFast) yield* stream(world, talk, 'server', arrived, reply, 'media 1')
    control245 = messages.readAddress(arrived, reply.places.get('h245'), isVersion6(path)) ?? control245
  }
  if (control245 !== null && control245.host.includes(':') === isVersion6(path))
    yield* mediaControl(world, { ...path, client: talk.client.own, server: control245.host }, control245.port)
  if (random.chance(0.5)) yield* sayFrame(world, talk, 'client', messages.callMessage('releaseComplete', {}))
  if (random.chance(0.4)) yield* talk.close()
}

/** Channels opened over a connection of their own. */
function* mediaControl(world: World, path: Path, port: number): Generator<void, void> {
  const { random } = world
  const talk = new TcpConversation(world, path, pickPort(random), port)
  yield* talk.open()
  for (const speaker of random.sample(['client', 'server'] as const, random.integer(1, 2))) {
    const [self, peer] = speaker === 'client' ? [talk.client, talk.server] : [talk.server, talk.client]
    const channel = random.integer(1, 300)
    const base = 2 * random.integer(2000, 30_000)
    const place = own(random, self.own, base + 1)
    const open = messages.openLogicalChannel(channel, random.chance(0.3) ? { ...place, port: base } : null, place)
    const asked = yield* sayFrame(world, talk, speaker, messages.tpkt(open))
    yield* stream(world, talk, speaker, asked, messages.tpkt(open), `control ${channel}`)
    const answer = messages.openLogicalChannelAck(
      channel,
      { host: peer.own, port: 5004 },
      random.chance(0.8) ? { host: peer.own, port: 5005 } : null,
    )
    const other = speaker === 'client' ? 'server' : 'client'
    const read = yield* sayFrame(world, talk, other, messages.tpkt(answer))
    yield* stream(world, talk, other, read, messages.tpkt(answer), `media ${channel}`)
  }
  if (random.chance(0.4)) yield* talk.close()
}

/** Says a frame, mostly whole: now and then the header alone first, or cut anywhere. */
function* sayFrame(
  world: World,
  talk: TcpConversation,
  speaker: 'client' | 'server',
  { bytes }: Written,
): Generator<void, Uint8Array> {
  const { random } = world
  const frame = damaged(random, bytes)
  const cut = random.pickWeighted([
    [88, frame.length],
    [8, Math.min(4, frame.length)],
    [4, random.integer(1, frame.length)],
  ])
  const first = yield* talk.say(speaker, frame.slice(0, cut))
  if (cut >= frame.length) return first
  const second = yield* talk.say(speaker, frame.slice(cut))
  return Uint8Array.from([...first, ...second])
}

/** Media to the place that the far side of `speaker` read in its message. */
function* stream(
  world: World,
  talk: TcpConversation,
  speaker: 'client' | 'server',
  arrived: Uint8Array,
  { places }: Written,
  name: string,
): Generator<void, void> {
  const sender = speaker === 'client' ? talk.server : talk.client
  const isVersion6 = sender.own.includes(':')
  const target = messages.readAddress(arrived, places.get(name), isVersion6)
  if (target === null || target.port === 0 || !world.random.chance(0.8)) return
  const fromPort = world.random.pick([5004, pickPort(world.random)])
  yield* exchangeMedia(world, sender.side, { from: sender.own, fromPort, to: target.host, toPort: target.port })
}
