/** Entries and expectations that time out, in real time: short timeouts, and packets before and after they are over. */

import { buildIcmp } from '../../../model/packet/index.ts'
import type { Flow } from '../flow.ts'
import { answerDatagram, type Read, sendDatagram } from '../packets/answer.ts'
import type { Random } from '../random.ts'
import { GATEWAY, gatewayRuleset } from '../rulesets/gateway.ts'
import { assignedHelpers } from '../rulesets/helpers.ts'
import { TcpConversation } from '../tcp-conversation.ts'
import { hosts, type Path, pickPort } from '../topology.ts'
import type { World } from '../world.ts'
import type { Kind } from './kind.ts'

/** Scenarios end after this, so that many can be run. */
const LONGEST_MS = 5500
/** Timeouts are whole seconds: waits of so many halves end far from both of their ends. */
const pauses = [500, 1500, 2500]

function pause(world: World): void {
  const milliseconds = world.random.pick(pauses)
  if (world.now + milliseconds <= LONGEST_MS) world.wait(milliseconds)
}

const outward = (random: Random): Path => ({
  family: 4,
  clientSide: 'lan',
  client: random.pick(hosts[4].lan),
  serverSide: 'wan',
  server: random.pick(hosts[4].wan),
})

const slowUdp: Flow = function* (world) {
  const path = outward(world.random)
  const ends = { from: path.client, fromPort: pickPort(world.random), to: path.server, toPort: 53 }
  let known: Read[] = []
  for (let count = 3; count > 0; count--) {
    const reads = sendDatagram(world, 'lan', ends, 'q')
    known = reads.length > 0 ? reads : known
    yield
    pause(world)
    for (const read of known) {
      answerDatagram(world, read, 'r')
      yield
    }
  }
}

const slowTcp: Flow = function* (world) {
  const { random } = world
  const talk = new TcpConversation(world, outward(random), pickPort(random), random.pick([80, 21]))
  for (const step of [() => talk.fromClient('S'), () => talk.fromServer('SA'), () => talk.fromClient('A')]) {
    step()
    yield
    if (random.chance(0.3)) pause(world)
  }
  yield* talk.say('client', 'hello')
  pause(world)
  yield* talk.say('server', 'world')
  if (random.chance(0.6)) {
    yield* talk.close()
    pause(world)
    yield* talk.open()
  }
}

const slowEcho: Flow = function* (world) {
  const path = outward(world.random)
  for (let sequence = 1; sequence <= 2; sequence++) {
    const fields = { from: path.client, to: path.server, type: 8, identifier: 9, sequence }
    const arrivals = world.send('lan', buildIcmp(fields))
    yield
    pause(world)
    for (const { device, seen } of arrivals) {
      if (seen) world.send(device, buildIcmp({ ...fields, from: seen.to, to: seen.from, type: 0 }))
      yield
    }
  }
}

/** An expectation by rule that may be over when its flow comes. */
const slowExpectation: Flow = function* (world) {
  const { random } = world
  const path = outward(random)
  const ends = { from: path.client, fromPort: pickPort(random), to: path.server, toPort: 69 }
  const reads = sendDatagram(world, 'lan', ends, 'q')
  yield
  pause(world)
  for (const { seen } of reads) {
    sendDatagram(world, 'wan', { from: path.server, fromPort: 901, to: seen.from, toPort: 7000 }, 'expected')
    yield
  }
}

export const timeouts: Kind = {
  name: 'timeouts',
  weight: 1,
  plan: (random) => ({
    ruleset: gatewayRuleset(random, {
      helpers: assignedHelpers.filter(({ name }) => name === 'ftp'),
      translates: 0.5,
      more: [
        `add ct expectation ${GATEWAY} brief { protocol udp; dport 7000; timeout 1s; size 4; l3proto ip; }`,
        `add rule ${GATEWAY} pre udp dport 69 ct expectation set "brief"`,
        ...(random.chance(0.4)
          ? [
              `add ct timeout ${GATEWAY} short { protocol udp; l3proto ip; policy = { unreplied: 1, replied: 2 } ; }`,
              `add rule ${GATEWAY} pre meta l4proto udp ct timeout set "short"`,
            ]
          : []),
      ],
    }),
    sysctls: {
      'net.netfilter.nf_conntrack_acct': 1,
      ...Object.fromEntries(
        ['udp_timeout', 'udp_timeout_stream', 'icmp_timeout', 'tcp_timeout_syn_sent', 'tcp_timeout_syn_recv']
          .concat(['tcp_timeout_established', 'tcp_timeout_time_wait', 'tcp_timeout_fin_wait', 'generic_timeout'])
          .map((name) => [`net.netfilter.nf_conntrack_${name}`, random.integer(1, 3)]),
      ),
    },
    realtime: true,
    flows: Array.from({ length: random.integer(2, 4) }, () =>
      random.pick([slowUdp, slowUdp, slowTcp, slowTcp, slowEcho, slowExpectation]),
    ),
    abuse: 0,
  }),
}
