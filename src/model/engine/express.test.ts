import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildIcmp, buildTcp, buildUdp, Hook, type UdpFields } from '../packet/index.ts'
import type { Ruleset, Statement } from '../rules/index.ts'
import { oneChain, statement, TestRouter } from './engine.fixture.ts'

const ends = { from: '192.168.1.10', to: '198.51.100.5', fromPort: 4000, toPort: 53 }
const udp = (fields: Partial<UdpFields>): readonly [string, Uint8Array] => ['lan', buildUdp({ ...ends, ...fields })]
const back = (fields: Partial<UdpFields>): readonly [string, Uint8Array] => [
  'wan',
  buildUdp({ from: ends.to, to: ends.from, fromPort: ends.toPort, toPort: ends.fromPort, ...fields }),
]
const tcp = { ...ends, toPort: 80 }

const packets: Readonly<Record<string, readonly [through: string, bytes: Uint8Array]>> = {
  question: udp({}),
  answer: back({}),
  large: udp({ payload: 'x'.repeat(1400) }),
  'a wrong checksum': udp({ checksum: 9 }),
  'the last hop': udp({ ttl: 1 }),
  'the last hop but one': udp({ ttl: 2 }),
  options: udp({ options: Uint8Array.of(1, 1, 1, 1) }),
  'to the dmz': udp({ to: '10.0.0.9' }),
  'from the dmz': ['dmz', buildUdp({ from: '10.0.0.9', to: ends.from, fromPort: 53, toPort: 4000 })],
  'too large for the dmz': udp({ to: '10.0.0.9', payload: 'x'.repeat(1400), dontFragment: true }),
  'to be cut': udp({ to: '10.0.0.9', payload: 'x'.repeat(1400) }),
  'to the router': udp({ to: '192.168.1.1' }),
  'to its other side': udp({ to: '203.0.113.1' }),
  'of its own': ['local', buildUdp({ ...ends, from: '192.168.1.1' })],
  'with its own address': ['wan', buildUdp({ ...ends, from: '192.168.1.1' })],
  'by another way': ['dmz', buildUdp(ends)],
  'back where it came from': ['wan', buildUdp(ends)],
  syn: ['lan', buildTcp({ ...tcp, sequence: 9 })],
  'syn-ack': [
    'wan',
    buildTcp({ from: tcp.to, to: tcp.from, fromPort: 80, toPort: 4000, flags: 'SA', sequence: 99, acknowledgment: 10 }),
  ],
  ack: ['lan', buildTcp({ ...tcp, flags: 'A', sequence: 10, acknowledgment: 100 })],
  reset: ['lan', buildTcp({ ...tcp, flags: 'R', sequence: 10 })],
  error: ['wan', buildIcmp({ from: ends.to, to: ends.from, type: 3, code: 3, payload: udp({})[1] })],
  multicast: udp({ to: '224.0.0.5' }),
}

const setMark: Statement = statement({
  kind: 'set meta',
  key: 'mark',
  value: { kind: 'constant', words: [7], width: 32 },
})
const drop: Statement = statement({ kind: 'verdict', verdict: { kind: 'drop' } })
const setByte = (offset: number, value: number): Statement =>
  statement({
    kind: 'set payload',
    base: 'network',
    offset,
    width: 8,
    value: { kind: 'constant', words: [value], width: 8 },
    name: 'bits',
  })
const isEstablished: Statement = statement({
  kind: 'compare',
  operator: '==',
  left: { kind: 'ct', key: 'state', direction: null, family: null, width: 32 },
  right: [2],
  interfaceName: null,
  prefixBits: null,
})
/** Sends what the router itself says, receives all else. */
const pass = (router: TestRouter, through: string, bytes: Uint8Array, time: number): string =>
  through === 'local' ? router.send(bytes, time) : router.receive(bytes, through, time)

/** Where rules of known connections' packets stand, and what they do. */
const rulesets: readonly Ruleset[] = [
  oneChain(Hook.prerouting, [isEstablished, setMark], { priority: -150 }),
  oneChain(Hook.prerouting, [isEstablished, drop], { priority: -150 }),
  oneChain(Hook.prerouting, [isEstablished, setByte(8 * 8, 1)], { priority: -150 }),
  oneChain(Hook.prerouting, [isEstablished, setByte(8 * 16, 224)], { priority: -150 }),
  oneChain(Hook.prerouting, [isEstablished, setByte(0, 0x46)], { priority: -150 }),
  oneChain(Hook.forward, [isEstablished, setByte(0, 0x46)]),
  oneChain(Hook.forward, [isEstablished, drop]),
  oneChain(Hook.forward, [isEstablished, statement({ kind: 'reject', type: 'icmp', code: 3 })]),
  oneChain(Hook.postrouting, [isEstablished, drop]),
]

/** A chain that does nothing, before conntrack: with it, no packet goes the short way. */
function slowed(ruleset: Ruleset): Ruleset {
  const idle = oneChain(Hook.prerouting, [], { priority: -300 })
  const raw = idle.tables.map((table) => ({
    ...table,
    name: 'raw',
    chains: table.chains.map((chain) => ({ ...chain, ...(chain.base ? { base: { ...chain.base, id: 99 } } : {}) })),
  }))
  return { tables: [...ruleset.tables, ...raw] }
}

describe('an everyday packet', () => {
  const sysctls = fc.constantFrom<Readonly<Record<string, number>>>(
    {},
    { 'net.ipv4.conf.lan.rp_filter': 1, 'net.ipv4.conf.wan.rp_filter': 2 },
    { 'net.ipv4.conf.wan.accept_local': 1 },
    { 'net.ipv4.conf.lan.forwarding': 0 },
  )

  it('meets on its short way what it would meet on the long one', () => {
    const names = fc.array(fc.tuple(fc.constantFrom(...Object.keys(packets)), fc.constantFrom(1, 3000, 40_000)), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(fc.constantFrom(...rulesets), sysctls, names, (ruleset, settings, sent) => {
        const short = new TestRouter({ ruleset, sysctls: settings })
        const long = new TestRouter({ ruleset: slowed(ruleset), sysctls: settings })
        expect([short.engine.isConntrackFirst, long.engine.isConntrackFirst]).toEqual([true, false])
        let time = 0
        for (const [name, wait] of sent) {
          const [through, bytes] = packets[name] ?? udp({})
          time += wait
          expect([name, pass(short, through, bytes, time), short.left, short.hooks]).toEqual([
            name,
            pass(long, through, bytes, time),
            long.left,
            long.hooks,
          ])
        }
      }),
      { numRuns: 500 },
    )
  })
})
