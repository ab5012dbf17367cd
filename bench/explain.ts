/**
 * Packets per second that walk with every step recorded, as `kinwall explain` records them: hooks, chains, rules, statements with what the
 * packet had, states, translations, what leaves. The texts are made only when somebody reads them; how fast that goes is measured apart.
 */

import { recordedEngine } from '../src/analysis/explain/index.ts'
import { parseRuleset } from '../src/languages/nftables/index.ts'
import { type Prefix, parseAddress, parsePrefix, writeUint16 } from '../src/model/bytes/index.ts'
import type { HostConfiguration } from '../src/model/host/index.ts'
import { buildUdp, Packet } from '../src/model/packet/index.ts'

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
}

const flows = 1000
const rounds = 60

const filter = `table inet filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iifname "lan" ip saddr 10.0.0.0/8 udp dport { 53, 123, 443 } ct state new accept
    ip protocol icmp accept
    counter
  }
}
`
const masquerade =
  'table ip nat { chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade; } }\n'

const everything = { address: new Uint8Array(4), length: 0 }
const device = (name: string, address: string): HostConfiguration['interfaces'][number] => ({
  name,
  addresses: [parsePrefix(address)].filter((prefix): prefix is Prefix => prefix !== null),
  mtu: 1500,
  mac: null,
  group: 0,
})
const host: HostConfiguration = {
  interfaces: [device('lan', '10.0.0.1/8'), device('wan', '203.0.113.1/24')],
  routes: [{ to: everything, via: parseAddress('203.0.113.254'), device: 'wan', type: 'unicast' }],
  isForwarding: { 4: true, 6: true },
  sysctls: {},
  listening: [],
}

const length = 60
const payload = new Uint8Array(length - 28)
const ends = { client: '10.0.0.2', server: '198.51.100.5', box: '203.0.113.1' }
const datagram = (from: string, to: string, fromPort: number, toPort: number): Uint8Array =>
  buildUdp({ from, to, fromPort, toPort, payload, checksum: 0 })

/** Ways of traffic; `toPort` 9 is what no rule accepts, so that each packet is new and meets all of them. */
const cases = [
  { name: 'established, first rule', rules: filter, toPort: 53, hasAnswer: true, isTranslated: false },
  { name: 'new, five rules and the policy', rules: filter, toPort: 9, hasAnswer: false, isTranslated: false },
  { name: 'established and masqueraded', rules: filter + masquerade, toPort: 53, hasAnswer: true, isTranslated: true },
] as const

/** Walks one packet of a flow, and answers what was recorded of it. */
function walker({ rules, toPort, isTranslated }: (typeof cases)[number]) {
  const { ruleset, diagnostics } = parseRuleset([{ name: 'bench.nft', text: rules }], {})
  if (!ruleset) throw new Error(JSON.stringify(diagnostics[0]))
  const { engine, recorder } = recordedEngine({ ruleset, host, random: () => 0.5 })
  const request = datagram(ends.client, ends.server, 1, toPort)
  const answer = datagram(ends.server, isTranslated ? ends.box : ends.client, toPort, 1)
  const [lan, wan] = ['lan', 'wan'].map((name) => engine.host.interfaceIndex(name))
  const packet = new Packet()
  const frame = new Uint8Array(length)
  return (flow: number, isAnswer: boolean, time: number) => {
    frame.set(isAnswer ? answer : request)
    writeUint16(frame, isAnswer ? 22 : 20, 1024 + flow)
    packet.reset()
    packet.isChecksumTrusted = true
    packet.bytes = frame
    packet.input = (isAnswer ? wan : lan) ?? 0
    packet.time = time
    recorder.begin(packet, 0)
    engine.receive(packet, length)
    return recorder.end()
  }
}

type Recorded = ReturnType<ReturnType<typeof walker>>

/** The best round: what else the machine does only slows it down. */
function bestRate(traffic: (typeof cases)[number], use: (recorded: Recorded) => void): number {
  const walk = walker(traffic)
  let time = 0
  let best = 0
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    for (let flow = 0; flow < flows; flow++) {
      time += 0.01
      use(walk(flow, traffic.hasAnswer && round % 2 === 1, time))
    }
    if (round > 1) best = Math.max(best, flows / ((performance.now() - start) / 1000))
  }
  return best
}

export function measure(): readonly Figure[] {
  let steps = 0
  return cases.flatMap((traffic) => [
    { name: `recorded: ${traffic.name}`, value: bestRate(traffic, () => steps++), unit: 'packets/s' },
    {
      name: `recorded and read: ${traffic.name}`,
      value: bestRate(traffic, ({ steps: told }) => {
        steps += told.length
      }),
      unit: 'packets/s',
    },
  ])
}

if (import.meta.main)
  for (const { name, value, unit } of measure())
    console.log(`${name.padEnd(56)} ${Math.round(value).toLocaleString('en').padStart(10)} ${unit}`)
