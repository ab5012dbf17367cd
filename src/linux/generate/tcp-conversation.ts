/** A TCP client and server on two sides of the box, who believe what they receive: addresses, ports and numbers. */

import { readUint32 } from '../../model/bytes/index.ts'
import { buildTcp, Protocol, type TcpFields } from '../../model/packet/index.ts'
import type { Path } from './topology.ts'
import type { Arrival, World } from './world.ts'

type Change = Partial<Omit<TcpFields, 'from' | 'to' | 'fromPort' | 'toPort' | 'flags' | 'payload'>>

/** Where one end stands: whom it talks to, its next number, and the number it expects. */
export interface End {
  side: string
  own: string
  ownPort: number
  peer: string
  peerPort: number
  sequence: number
  acknowledgment: number
}

export class TcpConversation {
  readonly #world: World
  readonly client: End
  readonly server: End
  readonly #options: Uint8Array
  /** The payload that the far end read from the last segment; empty when it did not arrive. */
  received: Uint8Array = new Uint8Array(0)

  constructor(
    world: World,
    path: Path,
    clientPort: number,
    serverPort: number,
    options: Uint8Array = new Uint8Array(0),
  ) {
    const { random } = world
    const { client, clientSide, server, serverSide } = path
    this.#world = world
    this.#options = options
    this.client = {
      side: clientSide,
      own: client,
      ownPort: clientPort,
      peer: server,
      peerPort: serverPort,
      sequence: random.pick([100, 0xfffffff0, random.integer(0, 0xffffffff)]),
      acknowledgment: 0,
    }
    this.server = {
      side: serverSide,
      own: server,
      ownPort: serverPort,
      peer: client,
      peerPort: clientPort,
      sequence: random.pick([900, random.integer(0, 0xffffffff)]),
      acknowledgment: 0,
    }
  }

  /** A conversation in the same direction: the same ends, other ports. */
  get path(): Path {
    const { client, server } = this
    const isVersion6 = client.own.includes(':')
    // Sides come from a path or from the interface of a packet that left, so they are sides.
    return {
      family: isVersion6 ? 6 : 4,
      clientSide: client.side as Path['clientSide'],
      client: client.own,
      serverSide: server.side as Path['serverSide'],
      server: server.own,
    }
  }

  fromClient(flags: string, payload: string | Uint8Array = '', change: Change = {}): Arrival[] {
    return this.#send(this.client, this.server, flags, payload, change)
  }

  fromServer(flags: string, payload: string | Uint8Array = '', change: Change = {}): Arrival[] {
    return this.#send(this.server, this.client, flags, payload, change)
  }

  *open(): Generator<void, void> {
    this.fromClient('S')
    yield
    this.fromServer('SA')
    yield
    this.fromClient('A')
    yield
  }

  /** One side says something, the other acknowledges it. */
  *say(speaker: 'client' | 'server', payload: string | Uint8Array): Generator<void, Uint8Array> {
    if (speaker === 'client') this.fromClient('PA', payload)
    else this.fromServer('PA', payload)
    const { received } = this
    yield
    if (speaker === 'client') this.fromServer('A')
    else this.fromClient('A')
    yield
    return received
  }

  *close(): Generator<void, void> {
    this.fromClient('FA')
    yield
    this.fromServer('A')
    yield
    this.fromServer('FA')
    yield
    this.fromClient('A')
    yield
  }

  #send(sender: End, receiver: End, flags: string, payload: string | Uint8Array, change: Change): Arrival[] {
    const { own: from, ownPort: fromPort, peer: to, peerPort: toPort, sequence, acknowledgment } = sender
    const segment: TcpFields = {
      from,
      to,
      fromPort,
      toPort,
      flags,
      payload,
      dontFragment: true,
      sequence: sequence >>> 0,
      acknowledgment: flags.includes('A') ? acknowledgment >>> 0 : 0,
      ...(flags.includes('S') ? { tcpOptions: this.#options } : {}),
      ...change,
    }
    const arrivals = this.#world.send(sender.side, buildTcp(segment))
    const extra = Number(flags.includes('S')) + Number(flags.includes('F'))
    sender.sequence = (sequence + payload.length + extra) >>> 0
    this.received = new Uint8Array(0)
    for (const { device, seen } of arrivals) {
      if (seen?.protocol !== Protocol.tcp || device === sender.side || seen.segment.length < 20) continue
      receiver.side = device
      receiver.own = seen.to
      receiver.ownPort = seen.toPort
      receiver.peer = seen.from
      receiver.peerPort = seen.fromPort
      this.received = seen.payload
      receiver.acknowledgment = (readUint32(seen.segment, 4) + seen.payload.length + extra) >>> 0
    }
    return arrivals
  }
}

/** A payload as the text of a protocol of lines. */
export const textOf = (payload: Uint8Array): string => String.fromCharCode(...payload)
