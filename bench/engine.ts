/** Speed of the whole walk: forwarded UDP packets of established flows through a small stateful ruleset. Run: node bench/engine.ts [flows] */

import { parseRuleset } from '../src/languages/nftables/index.ts'
import { parseAddress, parsePrefix, writeUint16 } from '../src/model/bytes/index.ts'
import { defaultSettings } from '../src/model/conntrack/index.ts'
import { Engine } from '../src/model/engine/index.ts'
import { Host } from '../src/model/host/index.ts'
import { buildUdp, Packet } from '../src/model/packet/index.ts'

const flows = Number(process.argv[2] ?? 60_000)
const rounds = 20

const text = `table inet filter {
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

function makeEngine(): Engine {
  const device = (
    name: string,
    address: string,
  ): {
    name: string
    addresses: NonNullable<ReturnType<typeof parsePrefix>>[]
    mtu: number
    mac: null
    group: number
  } => {
    const prefix = parsePrefix(address)
    return { name, addresses: prefix ? [prefix] : [], mtu: 1500, mac: null, group: 0 }
  }
  const everything = parsePrefix('0.0.0.0/0')
  const host = new Host({
    interfaces: [device('lan', '10.0.0.1/8'), device('wan', '203.0.113.1/24')],
    routes: everything ? [{ to: everything, via: parseAddress('203.0.113.254'), device: 'wan', type: 'unicast' }] : [],
    isForwarding: { 4: true, 6: true },
    sysctls: {},
    listening: [],
  })
  const { ruleset, diagnostics } = parseRuleset([{ name: 'bench.nft', text }], {})
  if (!ruleset) throw new Error(JSON.stringify(diagnostics[0]))
  return new Engine({ host, ruleset, settings: defaultSettings, random: () => 0 })
}

const length = 60
const request = buildUdp({
  from: '10.0.0.2',
  to: '198.51.100.5',
  fromPort: 1,
  toPort: 53,
  payload: new Uint8Array(length - 28),
  checksum: 0,
})
const answer = buildUdp({
  from: '198.51.100.5',
  to: '10.0.0.2',
  fromPort: 53,
  toPort: 1,
  payload: new Uint8Array(length - 28),
  checksum: 0,
})

const engine = makeEngine()
const packet = new Packet()
const frame = new Uint8Array(length)
const inputs = [engine.host.interfaceIndex('lan'), engine.host.interfaceIndex('wan')]
const fates = new Map<number, number>()

/** Sends one packet of a flow; flows differ in the client's address and port, the header checksum is not looked at. */
function walk(flow: number, isAnswer: boolean, time: number): void {
  frame.set(isAnswer ? answer : request)
  const client = isAnswer ? 16 : 12
  writeUint16(frame, client + 2, 256 + (flow >>> 8))
  writeUint16(frame, isAnswer ? 22 : 20, 1024 + (flow & 255))
  packet.reset()
  packet.isChecksumTrusted = true
  packet.bytes = frame
  packet.start = 0
  packet.input = inputs[isAnswer ? 1 : 0] ?? 0
  packet.time = time
  engine.receive(packet, length)
}

let time = 0
for (let flow = 0; flow < flows; flow += 1) {
  walk(flow, false, time)
  walk(flow, true, time)
}
for (let round = 1; round <= rounds; round += 1) {
  const start = performance.now()
  for (let flow = 0; flow < flows; flow += 1) {
    time += 0.01
    walk(flow, round % 2 === 0, time)
    fates.set(engine.fate, (fates.get(engine.fate) ?? 0) + 1)
  }
  const seconds = (performance.now() - start) / 1000
  if (round % 5 === 0) console.log(`${(flows / seconds / 1e6).toFixed(2)} million packets/s over ${flows} flows`)
}
console.log(
  `entries ${engine.conntrack.count}, fates ${JSON.stringify([...fates])}, heap ${(process.memoryUsage().heapUsed / 1e6).toFixed(1)} MB`,
)
