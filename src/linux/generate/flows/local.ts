/** What the box itself sends, and the answers to it. */

import { buildIcmp, buildTcp, buildUdp, Protocol } from '../../../model/packet/index.ts'
import type { Flow } from '../flow.ts'
import { box, type Family, hosts, pickPort, type Side, tcpPorts } from '../topology.ts'

export const local: Flow = function* (world) {
  const { random } = world
  const family: Family = random.pick<Family>([4, 4, 6])
  const side: Side = random.pick<Side>(['wan', 'lan'])
  const [from, to] = [box[family][side], random.pick(hosts[family][side])]
  const id = random.integer(1, 65_535)
  const packet = random.pickFrom(
    () => buildUdp({ from, to, id, fromPort: pickPort(random), toPort: 53, payload: 'local' }),
    () =>
      buildTcp({ from, to, id, fromPort: pickPort(random), toPort: random.pick(tcpPorts), flags: 'S', sequence: 5 }),
    () => buildIcmp({ from, to, id, type: family === 4 ? 8 : 128, identifier: 99, payload: 'ping' }),
  )
  for (let count = random.integer(1, 2); count > 0; count--) {
    const arrivals = world.transmit('local', packet)
    yield
    for (const { device, bytes, seen } of arrivals) {
      if (!seen) continue
      const ends = { from: seen.to, to: seen.from, fromPort: seen.toPort, toPort: seen.fromPort }
      const refused = { ...ends, type: 3, code: 3, payload: bytes.slice(0, 28) }
      if (seen.protocol === Protocol.udp)
        world.send(
          device,
          family === 4 && random.chance(0.4) ? buildIcmp(refused) : buildUdp({ ...ends, payload: 'r' }),
        )
      else if (seen.protocol === Protocol.tcp)
        world.send(device, buildTcp({ ...ends, flags: random.pick(['SA', 'RA']), sequence: 1, acknowledgment: 6 }))
      else world.send(device, buildIcmp({ ...ends, type: family === 4 ? 0 : 129, identifier: 99, payload: 'ping' }))
      yield
    }
  }
}
