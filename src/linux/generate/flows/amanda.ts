/** Amanda backup: a server asks a client on UDP 10080, the answer names TCP ports to which the server connects. */

import type { Flow } from '../flow.ts'
import { answerDatagram, sendDatagram } from '../packets/answer.ts'
import { TcpConversation, textOf } from '../tcp-conversation.ts'
import { pickPort, pickUsualPath } from '../topology.ts'

const streams = ['DATA', 'MESG', 'INDEX', 'STATE'] as const

export const amanda: Flow = function* (world) {
  const { random } = world
  const path = pickUsualPath(random)
  const ends = {
    from: path.client,
    fromPort: random.pick([850, pickPort(random)]),
    to: path.server,
    toPort: random.pick([10_080, 10_080, 10_080, 6969]),
  }
  const arrivals = sendDatagram(world, path.clientSide, ends, 'Amanda 2.6 REQ HANDLE 000-1 SEQ 1\nSERVICE sendbackup\n')
  yield
  for (const arrival of arrivals) {
    if (random.chance(0.5)) {
      answerDatagram(world, arrival, 'Amanda 2.6 ACK HANDLE 000-1 SEQ 1\n')
      yield
    }
    const reads = answerDatagram(world, arrival, reply(random))
    yield
    for (const { seen } of reads) {
      for (const [, port] of textOf(seen.payload).matchAll(/(?:DATA|MESG|INDEX|STATE) (\d+)/g)) {
        if (Number(port) > 65_535 || !random.chance(0.8)) continue
        const stream = new TcpConversation(world, { ...path, server: ends.to }, pickPort(random), Number(port))
        yield* stream.open()
        if (random.chance(0.4)) yield* stream.say('client', 'data')
      }
    }
  }
}

function reply(random: Parameters<Flow>[0]['random']): string {
  const ports = streams
    .slice(0, random.integer(1, 4))
    .map((name) => `${name} ${random.pick([random.integer(1024, 65_535), 50_000, 0, 99_999])}`)
  const line = `CONNECT ${ports.join(' ')}\n`
  const head = 'Amanda 2.6 REP HANDLE 000-1 SEQ 1\n'
  return random.pickWeighted([
    [8, `${head}${line}\nOPTIONS ;\n`],
    [1, `${head}${line.toLowerCase()}`],
    [1, `${head}${line.trimEnd()}`],
    [1, `${head}connect\n${line}`],
    [1, `${head}${line}${line}`],
  ])
}
