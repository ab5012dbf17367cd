/** Many clients behind one translated port or a handful: tuples that clash, ports that run out. */

import { buildIcmp, buildTcp, buildUdp, Protocol } from '../../../model/packet/index.ts'
import type { Flow } from '../flow.ts'
import { readable, sendDatagram } from '../packets/answer.ts'
import { GATEWAY, gatewayRuleset } from '../rulesets/gateway.ts'
import { hosts } from '../topology.ts'
import { type Kind, pickSysctls } from './kind.ts'

/** Clients that all use the same ports towards the same servers. */
const crowd: Flow = function* (world) {
  const { random } = world
  const server = random.pick(hosts[4].wan.slice(0, 2))
  for (let count = random.integer(4, 12); count > 0; count--) {
    const ends = { from: random.pick(hosts[4].lan), to: server, fromPort: random.pick([4000, 4001]), toPort: 53 }
    const arrivals = random.pickFrom(
      () => sendDatagram(world, 'lan', ends, 'q'),
      () => sendDatagram(world, 'lan', ends, 'q'),
      () => readable(world.send('lan', buildTcp({ ...ends, toPort: 80, sequence: count })), 'lan', Protocol.udp),
      () => readable(world.send('lan', buildIcmp({ ...ends, type: 8, identifier: 7 })), 'lan', Protocol.udp),
    )
    yield
    for (const { device, seen } of arrivals) {
      if (!random.chance(0.5)) continue
      const back = { from: seen.to, to: seen.from, fromPort: seen.toPort, toPort: seen.fromPort }
      world.send(device, buildUdp({ ...back, payload: 'r' }))
      yield
    }
  }
}

export const pressure: Kind = {
  name: 'pressure',
  weight: 1,
  plan: (random) => ({
    ruleset: gatewayRuleset(random, {
      helpers: [],
      translates: 0,
      more: [
        ...random
          .pick([
            ['meta l4proto { tcp, udp } snat ip to 203.0.113.1:3000'],
            ['meta l4proto udp snat ip to 203.0.113.1-203.0.113.2:3000', 'masquerade'],
            ['ip saddr 192.168.1.11 meta l4proto udp snat ip to 203.0.113.2:4000', 'snat ip to 203.0.113.2'],
            ['meta l4proto { tcp, udp } masquerade to :3000'],
          ])
          .map((rule) => `add rule ${GATEWAY} source oifname "wan" meta nfproto ipv4 ${rule}`),
      ],
    }),
    sysctls: pickSysctls(random),
    flows: Array.from({ length: random.integer(1, 3) }, () => crowd),
    abuse: random.pick([0, 0.05]),
  }),
}
