/** What carries SIP between a phone and its peer: datagrams, or a TCP connection with messages cut and joined. */

import { answerDatagram, type Read, sendDatagram } from '../packets/answer.ts'
import { TcpConversation, textOf } from '../tcp-conversation.ts'
import { type Path, pickPort } from '../topology.ts'
import type { World } from '../world.ts'

/** Each call sends messages and answers the text that the other side read; empty when nothing arrived. */
export interface SipWire {
  readonly transport: 'UDP' | 'TCP'
  /** The client's own port. */
  readonly clientPort: number
  begin(): Generator<void, void>
  fromClient(text: string): Generator<void, string>
  fromServer(text: string): Generator<void, string>
  /** The addresses that each side believes to talk to. */
  clientPeer(): string
  serverPeer(): string
}

export function pickWire(world: World, path: Path): SipWire {
  return world.random.chance(0.75) ? datagramWire(world, path) : connectionWire(world, path)
}

function datagramWire(world: World, path: Path): SipWire {
  const { random } = world
  const clientPort = random.pick([5060, 5060, 5060, 5062, pickPort(random)])
  const toPort = random.pick([5060, 5060, 5060, 5060, 5070])
  const ends = { from: path.client, fromPort: clientPort, to: path.server, toPort }
  let atServer: Read | null = null
  return {
    transport: 'UDP',
    clientPort,
    *begin() {},
    *fromClient(text) {
      const reads = sendDatagram(world, path.clientSide, ends, text)
      yield
      atServer = reads.at(-1) ?? atServer
      return readText(reads)
    },
    *fromServer(text) {
      const reads = atServer
        ? answerDatagram(world, atServer, text)
        : sendDatagram(
            world,
            path.serverSide,
            { from: path.server, fromPort: toPort, to: path.client, toPort: clientPort },
            text,
          )
      yield
      return readText(reads)
    },
    clientPeer: () => path.server,
    serverPeer: () => atServer?.seen.from ?? path.client,
  }
}

function connectionWire(world: World, path: Path): SipWire {
  const { random } = world
  const clientPort = random.pick([5060, pickPort(random)])
  const talk = new TcpConversation(world, path, clientPort, 5060)
  let held = ''
  function* say(speaker: 'client' | 'server', text: string): Generator<void, string> {
    // Two messages in one segment: the first waits for the next.
    if (held === '' && random.chance(0.08)) {
      held = text
      return ''
    }
    const whole = held + text
    held = ''
    const cut = random.chance(0.12) ? random.integer(1, Math.max(1, whole.length - 1)) : whole.length
    let read = ''
    for (const piece of [whole.slice(0, cut), whole.slice(cut)].filter((part) => part !== ''))
      read += textOf(yield* talk.say(speaker, piece))
    return read
  }
  return {
    transport: 'TCP',
    clientPort,
    begin: () => talk.open(),
    fromClient: (text) => say('client', text),
    fromServer: (text) => say('server', text),
    clientPeer: () => talk.client.peer,
    serverPeer: () => talk.server.peer,
  }
}

const readText = (reads: readonly Read[]): string => reads.map(({ seen }) => textOf(seen.payload)).join('')
