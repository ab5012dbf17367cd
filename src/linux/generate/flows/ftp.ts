/** FTP control connections with PORT, EPRT, 227 and 229 in every spelling, and the data connections that they announce. */

import type { Flow } from '../flow.ts'
import type { Random } from '../random.ts'
import { TcpConversation, textOf } from '../tcp-conversation.ts'
import { allHosts, type Family, hosts, type Path, pickPort, pickUsualPath } from '../topology.ts'

const announcements = ['PORT', 'EPRT', '227', '229'] as const
type Announcement = (typeof announcements)[number]

/** Where a data connection is to go. */
interface Target {
  readonly host: string
  readonly port: number
}

export const ftp: Flow = function* (world) {
  const { random } = world
  const path = pickUsualPath(random)
  const control = new TcpConversation(world, path, pickPort(random), random.pick([21, 21, 21, 21, 2121]))
  yield* control.open()
  if (random.chance(0.9)) yield* control.say('server', '220 hello\r\n')
  if (random.chance(0.9)) {
    control.fromClient('PA', 'USER ftp\r\n')
    yield
    control.fromServer('PA', '331 ok\r\n')
    yield
  }
  for (let count = random.integer(1, 3); count > 0; count--) {
    const announcement = pickAnnouncement(random, path.family)
    const isActive = announcement === 'PORT' || announcement === 'EPRT'
    const target = pickTarget(random, path.family, isActive ? control.client.own : control.server.own)
    const line = misspelled(random, lineOf(random, announcement, target, path.family))
    const read = yield* sayInPieces(control, isActive ? 'client' : 'server', line, random)
    yield* connectData(world, control, isActive, readTarget(read, target, isActive ? target.host : control.client.peer))
  }
  if (random.chance(0.4)) yield* control.close()
}

function pickAnnouncement(random: Random, family: Family): Announcement {
  return family === 4 ? random.pick([...announcements, 'PORT', '227'] as const) : random.pick(['EPRT', '229'] as const)
}

function pickTarget(random: Random, family: Family, own: string): Target {
  return {
    host: random.chance(0.15) ? random.pick(allHosts(family)) : own,
    port: random.pick([25_601, 1023, 2048, 0, 65_535, random.integer(1024, 65_535)]),
  }
}

function lineOf(random: Random, announcement: Announcement, { host, port }: Target, family: Family): string {
  const numbers = `${host.replaceAll('.', ',')},${port >>> 8},${port & 255}`
  switch (announcement) {
    case 'PORT':
      return `PORT ${numbers}\r\n`
    case 'EPRT':
      return `EPRT |${family === 4 ? 1 : 2}|${host}|${port}|\r\n`
    case '227':
      return random.pick([`227 Entering Passive Mode (${numbers})\r\n`, `227 ${numbers}\r\n`])
    case '229':
      return `229 Extended Passive (|||${port}|)\r\n`
  }
}

function misspelled(random: Random, line: string): string {
  if (!random.chance(0.1)) return line
  return random.pick([
    line.toLowerCase(),
    line.replace('\r\n', '\n'),
    line.replace('\r\n', ''),
    `NOOP\r\n${line}`,
    line.replace(',', ',0'),
    `${line.slice(0, -2)}x\r\n`,
    line.replace(',', ',999'),
  ])
}

/** Says a line, now and then in two segments; answers what the far side read. */
function* sayInPieces(
  control: TcpConversation,
  speaker: 'client' | 'server',
  line: string,
  random: Random,
): Generator<void, string> {
  const cut = random.chance(0.2) ? random.integer(1, line.length - 1) : line.length
  let read = ''
  for (const piece of [line.slice(0, cut), line.slice(cut)].filter((text) => text !== '')) {
    if (speaker === 'client') control.fromClient('PA', piece)
    else control.fromServer('PA', piece)
    read += textOf(control.received)
    yield
  }
  if (speaker === 'client') control.fromServer('A')
  else control.fromClient('A')
  yield
  return read
}

/** The target as the far side understood it; what was meant where it understood nothing. */
function readTarget(read: string, meant: Target, peer: string): Target {
  const bars = /\|(\d*)\|([^|]*)\|(\d+)\|/.exec(read)
  if (bars) return { host: bars[2] || peer, port: Number(bars[3]) & 0xffff }
  const commas = /(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/.exec(read)
  if (!commas) return meant
  const [a, b, c, d, upper, lower] = commas.slice(1).map(Number)
  const host = `${a},${b},${c},${d}`.replaceAll(',', '.')
  return {
    host: /(\d{4}|[3-9]\d\d)/.test(host) ? meant.host : host,
    port: (Number(upper) * 256 + Number(lower)) & 0xffff,
  }
}

function* connectData(
  world: Parameters<Flow>[0],
  control: TcpConversation,
  isActive: boolean,
  target: Target,
): Generator<void, void> {
  const { random } = world
  if (!random.chance(0.85)) return
  const port = random.chance(0.15) ? (target.port + 1) & 0xffff : target.port
  const { client, server, path } = control
  const isSameFamily = target.host.includes(':') === client.own.includes(':')
  const host = isSameFamily ? target.host : client.peer
  const dataPath: Path = isActive
    ? { ...path, clientSide: path.serverSide, client: server.own, serverSide: path.clientSide, server: host }
    : { ...path, client: random.chance(0.8) ? client.own : random.pick(hosts[path.family].lan), server: host }
  const fromPort = isActive ? random.pick([20, 20, pickPort(random)]) : pickPort(random)
  const data = new TcpConversation(world, dataPath, fromPort, port)
  yield* data.open()
  yield* data.say('client', 'data')
  if (random.chance(0.3)) {
    data.fromClient('S')
    yield
  }
  if (random.chance(0.5)) yield* data.close()
}
