/** Questions that the box broadcasts (NetBIOS name service, SNMP), and the answers from single hosts that helpers expect. */

import { buildUdp } from '../../../model/packet/index.ts'
import type { Flow } from '../flow.ts'
import { answerDatagram } from '../packets/answer.ts'
import type { Random } from '../random.ts'
import { box, hosts, pickPort, type Side } from '../topology.ts'

const broadcastOf: Readonly<Record<Side, string>> = { lan: '192.168.1.255', wan: '203.0.113.255', dmz: '10.0.0.255' }

export const netbiosNs: Flow = (world) => ask(world, 137)
export const snmp: Flow = (world) => ask(world, 161)

function* ask(world: Parameters<Flow>[0], port: number): Generator<void, void> {
  const { random } = world
  const side = random.pick<Side>(['lan', 'lan', 'dmz', 'wan'])
  const isBroadcast = random.chance(0.8)
  const to = isBroadcast
    ? random.pick([broadcastOf[side], broadcastOf[side], '255.255.255.255'])
    : random.pick(hosts[4][side])
  const from = box[4][side]
  const fromPort = random.pick([port, port, pickPort(random)])
  const question = buildUdp({
    from,
    to,
    fromPort,
    toPort: random.chance(0.92) ? port : 6969,
    payload: 'who is it',
    id: 7,
  })
  for (let count = random.integer(1, 2); count > 0; count--) {
    const arrivals = world.transmit('local', question, { broadcast: true, oif: side })
    yield
    const known = arrivals.find(({ seen }) => seen !== null)
    for (const host of random.sample(hosts[4][side], random.integer(0, 2))) {
      const answer = {
        from: strangerOr(random, host),
        to: known?.seen?.from ?? from,
        fromPort: random.chance(0.85) ? port : 138,
      }
      world.send(side, buildUdp({ ...answer, toPort: known?.seen?.fromPort ?? fromPort, payload: 'it is me' }))
      yield
    }
    for (const { device, seen } of arrivals) {
      if (!seen || isBroadcast) continue
      answerDatagram(world, { device, seen }, 'it is me')
      yield
    }
  }
}

const strangerOr = (random: Random, host: string): string => (random.chance(0.1) ? random.pick(hosts[4].wan) : host)
