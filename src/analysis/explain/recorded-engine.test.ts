import { expect, test } from 'vitest'
import { parseRuleset } from '../../languages/nftables/index.ts'
import { type Prefix, parsePrefix } from '../../model/bytes/index.ts'
import { buildTcp, buildUdp, Packet } from '../../model/packet/index.ts'
import { type RecordedEngine, recordedEngine } from './recorded-engine.ts'
import type { RecordedWalk } from './recorded-walk.ts'

const prefixes = (text: string): readonly Prefix[] =>
  [parsePrefix(text)].filter((prefix): prefix is Prefix => prefix !== null)
const device = { mtu: 1500, mac: null, group: 0 }
const host = {
  interfaces: [
    { name: 'lan', addresses: prefixes('10.0.1.1/24'), ...device },
    { name: 'wan', addresses: prefixes('10.0.2.1/24'), ...device },
  ],
  routes: [],
  isForwarding: { 4: true, 6: true },
  sysctls: {},
  listening: [],
}

function recording(text: string): RecordedEngine {
  const { ruleset, diagnostics } = parseRuleset([{ name: 'fw.nft', text }], {})
  if (!ruleset) throw new Error(JSON.stringify(diagnostics))
  return recordedEngine({ ruleset, host, random: () => 0.5 })
}

/** Always the same packet in the same buffer, as fast callers do. */
const packet = new Packet()
const buffer = new Uint8Array(200)

function walk({ engine, recorder }: RecordedEngine, bytes: Uint8Array, from: 'lan' | 'wan' = 'lan'): RecordedWalk {
  buffer.fill(0)
  buffer.set(bytes)
  packet.reset()
  packet.bytes = buffer
  packet.input = engine.host.interfaceIndex(from)
  packet.time = 1
  recorder.begin(packet, 0)
  engine.receive(packet, bytes.length)
  return recorder.end()
}

const request = buildUdp({ from: '10.0.1.2', to: '10.0.2.2', fromPort: 5, toPort: 53, payload: 'who?' })
const answer = buildUdp({ from: '10.0.2.2', to: '10.0.2.1', fromPort: 53, toPort: 5, payload: 'me' })

test('a walk that is read late tells what was, whatever has become of packet and connection', () => {
  const rules = `
    table ip nat { chain out { type nat hook postrouting priority srcnat; masquerade; } }
    table inet filter {
      chain forward {
        type filter hook forward priority 0; policy drop;
        ct state established ct mark set ct mark or 0x10 accept
        iifname "lan" ip saddr 10.0.1.0/24 udp dport 53 meta mark set 3 ct mark set meta mark accept
      }
    }`
  const packets = [
    [request, 'lan'],
    [answer, 'wan'],
    [request, 'lan'],
  ] as const
  const [readAtOnce, readLate] = [recording(rules), recording(rules)]
  const tellAll = ({ steps, left, out }: RecordedWalk): unknown => ({ steps, left, out })
  const told = packets.map(([bytes, from]) => tellAll(walk(readAtOnce, bytes, from)))
  const walks = packets.map(([bytes, from]) => walk(readLate, bytes, from))
  buffer.fill(0xff)
  // Two rulesets: the rules differ as objects only.
  expect(JSON.stringify(walks.map(tellAll))).toBe(JSON.stringify(told))
  expect(JSON.stringify(told)).toContain('"from":"udp 10.0.1.2:5 > 10.0.2.2:53","to":"udp 10.0.2.1:5 > 10.0.2.2:53"')
})

test.each([
  ['meta mark set 7', ['mark 0x0 → 0x7']],
  ['ct mark set 8', ['ct mark 0x0 → 0x8']],
  ['meta mark set 1 ct mark set 2', ['mark 0x0 → 0x1', 'ct mark 0x0 → 0x2']],
  ['ct helper set "tftp-standard"', ['helper tftp assigned']],
  ['ct helper set udp dport map { 53 : "tftp-standard" }', ['helper tftp assigned']],
  ['counter accept', []],
])('%s: what it changes', (statements, changes) => {
  const recorded = walk(
    recording(`table inet t {
      ct helper tftp-standard { type "tftp" protocol udp; }
      chain forward { type filter hook forward priority 0; ${statements}; }
    }`),
    request,
  )
  expect(recorded.steps.flatMap((step) => (step.kind === 'rule' ? [step.changes] : []))).toEqual([changes])
})

test('notrack is a change', () => {
  const recorded = walk(
    recording('table inet t { chain raw { type filter hook prerouting priority raw; notrack; } }'),
    request,
  )
  expect(recorded.steps[1]).toMatchObject({ kind: 'rule', changes: ['will not be tracked'] })
})

test('what rules did to the answer of a reject happened while its rule was open', () => {
  const recorded = walk(
    recording(`table inet t {
      chain forward { type filter hook forward priority 0; reject with tcp reset; }
      chain output { type filter hook output priority 0; ct mark set 5; }
    }`),
    buildTcp({ from: '10.0.1.2', to: '10.0.2.2', fromPort: 5, toPort: 6 }),
  )
  const rules = recorded.steps.filter((step) => step.kind === 'rule')
  expect(rules.map(({ chain, verdict, changes }) => [chain, verdict, changes])).toEqual([
    ['forward', 'reject', ['ct mark 0x0 → 0x5']],
    ['output', null, ['ct mark 0x0 → 0x5']],
  ])
})
