/** Run by allocation.test.ts in a process of its own: an established, translated flow through the engine; prints the bytes that a packet leaves on the heap. */

import { inlineMore } from '../src/apps/cli/inline-more.ts'
import { parseRuleset } from '../src/languages/nftables/index.ts'
import { parseAddress, parsePrefix } from '../src/model/bytes/index.ts'
import { defaultSettings } from '../src/model/conntrack/index.ts'
import { Engine } from '../src/model/engine/index.ts'
import { Host } from '../src/model/host/index.ts'
import { buildTcp, buildUdp, Packet } from '../src/model/packet/index.ts'

const rounds = 300
const perRound = 2000

const ruleset = `table inet gateway {
  chain source { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
  chain destination { type nat hook prerouting priority dstnat; tcp dport 80 dnat ip to 10.0.0.9:8080; }
}
`

const prefixes = (...texts: string[]) => texts.flatMap((text) => parsePrefix(text) ?? [])
const device = (name: string, address: string) => ({
  name,
  addresses: prefixes(address),
  mtu: 1500,
  mac: null,
  group: 0,
})

inlineMore()
const { ruleset: parsed } = parseRuleset([{ name: 'test.nft', text: ruleset }], {})
const [everywhere] = prefixes('0.0.0.0/0')
if (!parsed || !everywhere) throw new Error('the ruleset of this test does not load')
const host = new Host({
  interfaces: [device('wan', '203.0.113.1/24'), device('lan', '10.0.0.1/24')],
  routes: [{ to: everywhere, via: parseAddress('203.0.113.254'), device: 'wan', type: 'unicast' }],
  isForwarding: { 4: true, 6: true },
  sysctls: {},
  listening: [],
})
const engine = new Engine({ host, ruleset: parsed, settings: defaultSettings, random: () => 0.5 })
let left = 0
engine.onTransmit = () => {
  left++
}

const tcp = { flags: 'A', sequence: 1, acknowledgment: 1, payload: 'some data' }
const steps: readonly (readonly [string, Uint8Array])[] = [
  ['lan', buildUdp({ from: '10.0.0.5', fromPort: 1000, to: '198.51.100.1', toPort: 53, payload: 'question' })],
  ['wan', buildUdp({ from: '198.51.100.1', fromPort: 53, to: '203.0.113.1', toPort: 1000, payload: 'answer' })],
  ['wan', buildTcp({ ...tcp, from: '198.51.100.2', fromPort: 2000, to: '203.0.113.1', toPort: 80 })],
  ['lan', buildTcp({ ...tcp, from: '10.0.0.9', fromPort: 8080, to: '198.51.100.2', toPort: 2000, acknowledgment: 10 })],
]
const packet = new Packet()
const bytes = new Uint8Array(256)
const inputs = steps.map(([name]) => host.interfaceIndex(name))
let time = 0

function send(step: number): void {
  const given = steps[step]?.[1] ?? bytes
  bytes.set(given)
  packet.reset()
  packet.bytes = bytes
  packet.start = 0
  packet.input = inputs[step] ?? 0
  packet.number = ++time
  packet.time = time >> 4
  engine.receive(packet, given.length)
}

const growths: number[] = []
for (let round = 0; round < rounds; round++) {
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < perRound; i++) send(i & 3)
  growths.push((process.memoryUsage().heapUsed - before) / perRound)
}
const settled = growths.slice(rounds / 2).sort((a, b) => a - b)
console.log(JSON.stringify({ bytesPerPacket: settled[settled.length >> 1], left, entries: engine.conntrack.count }))
