/** Plain TCP: openings of every kind, data that is right or off, ends of every kind, ports used again. */

import { readUint32 } from '../../../model/bytes/index.ts'
import type { Flow } from '../flow.ts'
import { TcpConversation } from '../tcp-conversation.ts'
import { pickPath, pickPort, tcpPorts } from '../topology.ts'

const optionChoices: readonly Uint8Array[] = [
  Uint8Array.of(),
  Uint8Array.of(2, 4, 5, 0xb4),
  Uint8Array.of(2, 4, 5, 0xb4, 1, 3, 3, 7),
  Uint8Array.of(2, 4, 2, 0x58, 4, 2, 1, 3, 3, 14),
  Uint8Array.of(2, 4, 5, 0xb4, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7),
  Uint8Array.of(4, 2, 1, 3, 3, 2),
]

type Part = (conversation: TcpConversation) => Generator<void, void>

function* simultaneousOpen(talk: TcpConversation): Generator<void, void> {
  for (const [speaker, flags] of [
    ['client', 'S'],
    ['server', 'S'],
    ['client', 'SA'],
    ['server', 'SA'],
  ] as const) {
    if (speaker === 'client') talk.fromClient(flags)
    else talk.fromServer(flags)
    yield
  }
  talk.fromClient('A')
  yield
}

function* pickUpMidStream(talk: TcpConversation): Generator<void, void> {
  talk.fromClient('A', 'pickup')
  yield
  talk.fromServer('A', 'yes')
  yield
  talk.fromClient('A')
  yield
}

function* refused(talk: TcpConversation): Generator<void, void> {
  talk.fromClient('S')
  yield
  talk.client.sequence -= 1
  talk.fromClient('S')
  yield
  talk.fromServer('RA')
  yield
}

/** A SYN-ACK that nobody asked for, and one that answers another number. */
const unsolicited = (shift: number): Part =>
  function* (talk) {
    talk.fromServer('SA')
    yield
    talk.fromClient('S')
    yield
    talk.server.acknowledgment += shift
    talk.fromServer('SA')
    yield
  }

export const tcp: Flow = function* (world) {
  const { random } = world
  const talk = new TcpConversation(
    world,
    pickPath(random),
    pickPort(random),
    random.pick(tcpPorts),
    random.pick(optionChoices),
  )
  yield* random.pickWeighted<Part>([
    [8, simultaneousOpen],
    [4, pickUpMidStream],
    [4, refused],
    [2, unsolicited(random.pick([0, 7]))],
    [82, () => talk.open()],
  ])(talk)
  for (let count = random.integer(0, 4); count > 0; count--) {
    exchange(talk, world.random)
    yield
  }
  yield* end(talk, random.next())
  if (random.chance(0.25)) {
    talk.client.sequence += random.pick([1, 100_000, -5])
    yield* talk.open()
  }
}

function exchange(talk: TcpConversation, random: Parameters<Flow>[0]['random']): void {
  const payload = random.pick(['', 'GET / HTTP/1.0\r\n\r\n', 'x'.repeat(random.integer(1, 60))])
  const flags = random.pick(['A', 'PA', 'PA'])
  random.pickWeighted([
    [40, () => talk.fromClient(flags, payload)],
    [40, () => talk.fromServer(flags, payload)],
    [
      6,
      () => {
        talk.client.sequence += random.pick([100_000, -100_000, 3000])
        talk.fromClient(flags, payload)
      },
    ],
    [
      6,
      () => {
        talk.server.acknowledgment += random.pick([100_000, -100_000, 3000, -70_000])
        talk.fromServer(flags, payload)
      },
    ],
    [4, () => talk.fromClient('PA', payload, { window: random.pick([0, 1, 200]) })],
    [4, () => talk.fromServer('A', '', { tcpOptions: selectiveAcknowledgment(talk) })],
  ])()
}

/** A SACK block over the client's last bytes. */
function selectiveAcknowledgment({ server }: TcpConversation): Uint8Array {
  const options = new Uint8Array(12)
  options.set([1, 1, 5, 10])
  new DataView(options.buffer).setUint32(4, server.acknowledgment + 10)
  new DataView(options.buffer).setUint32(8, server.acknowledgment + 20)
  return readUint32(options, 4) < readUint32(options, 8) ? options : new Uint8Array(0)
}

function* end(talk: TcpConversation, choice: number): Generator<void, void> {
  if (choice < 0.5) yield* talk.close()
  else if (choice < 0.65) {
    talk.fromClient('R')
    yield
  } else if (choice < 0.75) {
    talk.fromServer('RA')
    yield
  } else if (choice < 0.8) {
    talk.server.sequence += 5
    talk.fromServer('R')
    yield
  }
}
