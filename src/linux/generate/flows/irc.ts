/** IRC with DCC: a client announces its address and port as decimal numbers, somebody connects to it. */

import { parseAddress, readUint32 } from '../../../model/bytes/index.ts'
import type { Flow } from '../flow.ts'
import { TcpConversation, textOf } from '../tcp-conversation.ts'
import { hosts, pickPort, pickUsualPath } from '../topology.ts'

const commands = [
  'SEND file',
  'SEND file',
  'CHAT chat',
  'CHAT chat',
  'SEND a',
  'SEND "my file"',
  'MOVE x',
  'RESUME x',
  'TSEND x',
  'XXX y',
  'SCHAT chat',
]

export const irc: Flow = function* (world) {
  const { random } = world
  const path = pickUsualPath(random)
  const talk = new TcpConversation(world, path, pickPort(random), 6667)
  yield* talk.open()
  if (random.chance(0.8)) yield* talk.say('server', ':srv 001 hi\r\n')
  for (let count = random.integer(1, 2); count > 0; count--) {
    const address = numberOf(random.chance(0.75) && path.family === 4 ? path.client : random.pick(hosts[4].wan))
    const port = random.pick([2000, 5001, 80, 0, 65_535, 70_000, pickPort(random)])
    const line = announcement(random, `DCC ${random.pick(commands)} ${address} ${port}`)
    const read = textOf(yield* talk.say(random.chance(0.9) ? 'client' : 'server', line))
    const target = readTarget(read) ?? { host: talk.server.peer, port }
    if (target.host.includes(':') !== talk.client.own.includes(':')) continue
    const data = new TcpConversation(
      world,
      {
        ...path,
        clientSide: path.serverSide,
        client: random.pick([talk.server.own, random.pick(hosts[path.family].wan)]),
        serverSide: path.clientSide,
        server: target.host,
      },
      pickPort(random),
      target.port & 0xffff,
    )
    yield* data.open()
    if (random.chance(0.5)) yield* data.say('client', 'data')
  }
  if (random.chance(0.4)) yield* talk.close()
}

function announcement(random: Parameters<Flow>[0]['random'], dcc: string): string {
  const end = random.pick(['\x01\n', '\x01\n', '\x01\r\n', '\x01\n', ' 1234\x01\n', '\n', ''])
  const usual = `PRIVMSG bob :\x01${dcc}${end}`
  return random.pickWeighted([
    [20, usual],
    [1, `NOTICE bob :\x01${dcc}${end}`],
    [1, usual.toLowerCase()],
    [1, `PRIVMSG bob :${dcc}${end}`],
    [1, `PRIVMSG a :hello\r\n${usual}`],
    [1, usual.replace(/ (\d+)\x01/, '  $1\x01')],
  ])
}

const numberOf = (address: string): number => readUint32(parseAddress(address) ?? new Uint8Array(4), 0)

function readTarget(text: string): { host: string; port: number } | null {
  const found = /(\d{4,10}) (\d+)/.exec(text)
  if (!found) return null
  const number = Number(found[1])
  const host = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
  return { host, port: Number(found[2]) }
}
