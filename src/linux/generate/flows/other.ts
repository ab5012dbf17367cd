/** Protocols without a tracker of their own, strange destinations, IP options, neighbour discovery, extension headers. */

import { parseAddress } from '../../../model/bytes/index.ts'
import { buildIcmp, buildIp, buildUdp, buildUdpSegment, Protocol } from '../../../model/packet/index.ts'
import type { Flow } from '../flow.ts'
import { readable } from '../packets/answer.ts'
import { type Path, pickPath } from '../topology.ts'
import type { World } from '../world.ts'

const greHeaders: readonly Uint8Array[] = [
  Uint8Array.of(0x30, 1, 0x88, 0x0b, 0, 4, 0, 9, 0, 0, 0, 1, 0x61, 0x62, 0x63, 0x64),
  Uint8Array.of(0, 0, 8, 0, 0x45, 0x45, 0x45, 0x45),
  Uint8Array.of(0x20, 0, 0x88, 0x0b),
]
const strange4 = ['255.255.255.255', '224.0.0.1', '192.168.1.255', '127.0.0.1', '0.0.0.0']
const strange6 = ['ff02::1', '::1', 'fe80::1']
const ipOptions: readonly Uint8Array[] = [
  Uint8Array.of(1, 1, 1, 0),
  Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0),
  Uint8Array.of(0x94, 4, 0, 0),
  Uint8Array.of(0x83, 7, 4, 0xc6, 0x33, 0x64, 9, 0),
]

export const other: Flow = function* (world) {
  const { random } = world
  const path = pickPath(random)
  yield* exchange(world, path)
  if (random.chance(0.3)) {
    const to = random.pick(path.family === 4 ? strange4 : strange6)
    world.send(path.clientSide, buildUdp({ from: path.client, to, fromPort: 1, toPort: 2, checksum: 0 }))
    yield
  }
  if (path.family === 4 && random.chance(0.2)) {
    const fields = { from: path.client, to: path.server, fromPort: 1, toPort: 53, payload: 'opt' }
    world.send(path.clientSide, buildUdp({ ...fields, options: random.pick(ipOptions) }))
    yield
  }
  if (path.family === 6 && random.chance(0.5)) yield* onlyIpv6(world, path)
}

function* exchange(world: World, path: Path): Generator<void, void> {
  const { random } = world
  const protocol = random.pick([
    47,
    47,
    50,
    51,
    2,
    89,
    255,
    33,
    4,
    41,
    path.family === 4 ? 0 : 59,
    random.integer(0, 254),
  ])
  const payload = protocol === Protocol.gre ? random.pick(greHeaders) : random.bytes(random.integer(0, 30))
  for (let count = random.integer(1, 2); count > 0; count--) {
    const sent = buildIp({ from: path.client, to: path.server }, protocol, payload)
    const arrivals = readable(world.send(path.clientSide, sent), path.clientSide, protocol)
    yield
    for (const { device, seen } of arrivals) {
      world.send(device, buildIp({ from: seen.to, to: seen.from }, protocol, payload))
      yield
    }
  }
}

function* onlyIpv6(world: World, { client, clientSide, server }: Path): Generator<void, void> {
  const discovery = { from: client, to: server, type: world.random.pick([133, 134, 135, 136, 137]), ttl: 255 }
  world.send(clientSide, buildIcmp({ ...discovery, payload: parseAddress(server) ?? new Uint8Array(16) }))
  yield
  const fields = { from: client, to: server, fromPort: 9, toPort: 53, payload: 'x' }
  const options = Uint8Array.of(Protocol.udp, 0, 1, 4, 0, 0, 0, 0)
  world.send(clientSide, buildIp({ ...fields, options }, Protocol.udp, buildUdpSegment(fields)))
  yield
}
