/**
 * What many flows cost: time of a forwarded packet with 1,000 tracked flows and with a million, and bytes that a flow takes, all in one
 * run. Run: node bench/table-size.ts
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parseRuleset } from '../src/languages/nftables/index.ts'
import { parseAddress, parsePrefix } from '../src/model/bytes/index.ts'
import { defaultSettings } from '../src/model/conntrack/index.ts'
import { Engine } from '../src/model/engine/index.ts'
import { Host } from '../src/model/host/index.ts'
import { buildUdp, Packet } from '../src/model/packet/index.ts'
import { type Measurement, printWhenProgram } from './harness/measurement.ts'

const few = 1000
const many = 1_000_000
const packetsARound = 250_000
const rounds = 16

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

const networks = (address: string): NonNullable<ReturnType<typeof parsePrefix>>[] => {
  const prefix = parsePrefix(address)
  return prefix ? [prefix] : []
}

class Box {
  readonly #engine: Engine
  readonly #packet = new Packet()
  readonly #frame = buildUdp({ from: '10.0.0.2', to: '198.51.100.5', fromPort: 1, toPort: 53, payload: 'x'.repeat(32) })
  readonly #view = new DataView(this.#frame.buffer, this.#frame.byteOffset)
  readonly #server = this.#view.getUint32(16)
  readonly #inputs: readonly number[]

  constructor() {
    const device = { mtu: 1500, mac: null, group: 0 }
    const host = new Host({
      interfaces: [
        { ...device, name: 'lan', addresses: networks('10.0.0.1/8') },
        { ...device, name: 'wan', addresses: networks('203.0.113.1/24') },
      ],
      routes: networks('0.0.0.0/0').map((to) => ({
        to,
        via: parseAddress('203.0.113.254'),
        device: 'wan',
        type: 'unicast',
      })),
      isForwarding: { 4: true, 6: true },
      sysctls: {},
      listening: [],
    })
    const { ruleset, diagnostics } = parseRuleset([{ name: 'bench.nft', text }], {})
    if (!ruleset) throw new Error(JSON.stringify(diagnostics[0]))
    this.#engine = new Engine({
      host,
      ruleset,
      settings: { ...defaultSettings, maximumEntries: 0 },
      random: () => 0,
    })
    this.#inputs = [host.interfaceIndex('lan'), host.interfaceIndex('wan')]
  }

  /** A packet of one flow, there or back; its header checksum is not looked at. */
  walk(flow: number, isAnswer: boolean, time: number): void {
    const frame = this.#view
    const packet = this.#packet
    const client = 0x0a010000 + (flow >>> 4)
    const port = 1024 + (flow & 15)
    frame.setUint32(12, isAnswer ? this.#server : client)
    frame.setUint32(16, isAnswer ? client : this.#server)
    frame.setUint32(20, isAnswer ? (53 << 16) | port : (port << 16) | 53)
    frame.setUint8(8, 64)
    packet.reset()
    packet.isChecksumTrusted = true
    packet.bytes = this.#frame
    packet.start = 0
    packet.input = this.#inputs[isAnswer ? 1 : 0] ?? 0
    packet.time = time
    this.#engine.receive(packet, this.#frame.length)
  }

  open(flows: number): void {
    for (let flow = 0; flow < flows; flow++) {
      this.walk(flow, false, 1000)
      this.walk(flow, true, 1000)
    }
  }

  get count(): number {
    return this.#engine.conntrack.count
  }

  /** Nanoseconds for a packet, of flows far apart from each other. */
  measure(flows: number, time: number): number {
    const from = performance.now()
    for (let n = 0; n < packetsARound; n++) this.walk((n * 7919) % flows, (n & 1) === 1, time)
    return ((performance.now() - from) * 1e6) / packetsARound
  }
}

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')
function heldBytes(): number {
  if (typeof collect === 'function') collect()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

export function measure(): readonly Measurement[] {
  const small = new Box()
  small.open(few)
  const large = new Box()
  const before = heldBytes()
  large.open(many)
  const bytes = (heldBytes() - before) / large.count
  // The quickest round counts, of rounds taken in turn: others on the machine only ever make it slower.
  const best = { few: Number.POSITIVE_INFINITY, many: Number.POSITIVE_INFINITY }
  for (let round = 0; round < rounds; round++) {
    best.few = Math.min(best.few, small.measure(few, 2000 + round))
    best.many = Math.min(best.many, large.measure(many, 2000 + round))
  }
  return [
    {
      name: 'bytes per flow',
      value: bytes,
      unit: 'bytes',
      note: `all that the process holds more with ${large.count} flows, room to grow included`,
    },
    { name: 'packet among 1,000', value: best.few, unit: 'ns', note: 'forwarded, without reading a capture' },
    { name: 'packet among a million', value: best.many, unit: 'ns' },
    { name: 'a million against 1,000', value: best.many / best.few, unit: 'times' },
  ]
}

await printWhenProgram(import.meta.url, measure)
