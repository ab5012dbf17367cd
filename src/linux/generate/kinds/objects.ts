/** Conntrack objects of nft: expectations of small size that are evicted, timeout policies; and entries whose events are off. */

import { buildTcp, buildUdp } from '../../../model/packet/index.ts'
import type { Flow } from '../flow.ts'
import { echo } from '../flows/echo.ts'
import { tcp } from '../flows/tcp.ts'
import { udp } from '../flows/udp.ts'
import type { Random } from '../random.ts'
import { GATEWAY, gatewayRuleset } from '../rulesets/gateway.ts'
import { hosts } from '../topology.ts'
import { type Kind, pickSysctls } from './kind.ts'

/** Flows that make expectations by rule, and packets that hit and miss them. */
const expecting: Flow = function* (world) {
  const { random } = world
  const [client, server] = [random.pick(hosts[4].lan), random.pick(hosts[4].wan)]
  const build = random.chance(0.5) ? buildTcp : buildUdp
  const isTcp = build === buildTcp
  for (let count = random.integer(2, 6); count > 0; count--) {
    const fromPort = 4000 + random.integer(0, 5)
    const arrivals = world.send('lan', build({ from: client, to: server, fromPort, toPort: isTcp ? 80 : 53 }))
    yield
    const seen = arrivals[0]?.seen
    if (!seen || !random.chance(0.6)) continue
    const toPort = random.pick([7000, 7000, 7001])
    const isBack = random.chance(0.6)
    if (isBack) world.send('wan', build({ from: server, to: seen.from, fromPort: 900 + fromPort, toPort }))
    else world.send('lan', build({ from: client, to: server, fromPort: 900 + fromPort, toPort }))
    yield
  }
}

export const objects: Kind = {
  name: 'objects',
  weight: 2,
  plan: (random) => ({
    ruleset: gatewayRuleset(random, { helpers: [], translates: 0.4, more: lines(random) }),
    sysctls: pickSysctls(random),
    // Entries without a "new" event are found by walking the whole table only.
    flows: random.shuffled([expecting, expecting, ...Array.from({ length: 2 }, () => random.pick([tcp, udp, echo]))]),
    abuse: random.pick([0, 0.05]),
  }),
}

function lines(random: Random): string[] {
  const tcpStates = random.pick([
    'established: 1000',
    'syn_sent: 66, syn_recv: 77',
    'close: 5, time_wait: 9, established: 33',
  ])
  const udpStates = random.pick(['unreplied: 77', 'unreplied: 44, replied: 222'])
  const chain = random.pick(['pre', 'forward'])
  return [
    `add ct expectation ${GATEWAY} e_tcp { protocol tcp; dport 7000; timeout ${random.pick(['1h', '30s', '10m'])}; size ${random.integer(1, 3)}; l3proto ip; }`,
    `add ct expectation ${GATEWAY} e_udp { protocol udp; dport 7000; timeout 1h; size ${random.integer(1, 3)}; l3proto ip; }`,
    `add ct timeout ${GATEWAY} t_tcp { protocol tcp; l3proto ip; policy = { ${tcpStates} } ; }`,
    `add ct timeout ${GATEWAY} t_udp { protocol udp; l3proto ip; policy = { ${udpStates} } ; }`,
    `add rule ${GATEWAY} ${chain} tcp dport 80 ct state new ct expectation set "e_tcp"`,
    `add rule ${GATEWAY} ${chain} udp dport 53 ct state new ct expectation set "e_udp"`,
    ...(random.chance(0.6) ? [`add rule ${GATEWAY} pre meta l4proto tcp ct timeout set "t_tcp"`] : []),
    ...(random.chance(0.6) ? [`add rule ${GATEWAY} pre meta l4proto udp ct timeout set "t_udp"`] : []),
  ]
}

/** Which events an entry has: some, or none. */
export const events: Kind = {
  name: 'events',
  weight: 1,
  plan: (random) => ({
    ruleset: gatewayRuleset(random, {
      helpers: [],
      translates: 0.4,
      more: [
        `add rule ${GATEWAY} pre ${random.pick(['', 'meta l4proto tcp ', 'ip saddr 192.168.1.10 '])}ct event set ${random.pick(['new', 'new,destroy', 'new,related,reply', 'new,assured,protoinfo', 'destroy', 'mark', 'new,related,destroy,reply,assured,protoinfo,helper,mark,seqadj,secmark,label'])}`,
        ...(random.chance(0.5) ? [`add rule ${GATEWAY} forward ct mark set ${random.integer(1, 5)}`] : []),
        ...(random.chance(0.3) ? [`add rule ${GATEWAY} forward ct label set 3`] : []),
      ],
    }),
    sysctls: pickSysctls(random),
    walk: true,
    flows: Array.from({ length: random.integer(2, 4) }, () => random.pick([tcp, udp, echo])),
    abuse: random.pick([0, 0.05]),
  }),
}
