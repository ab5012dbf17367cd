/** Scenarios in the running kernel. Where that is not possible, one test says so and why, and nothing else is claimed. */

import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Outcome, PacketRecord, Result, Scenario } from '../../analysis/lab/index.ts'
import { currentNamespace } from '../namespace/index.ts'
import { addressBytes } from '../native/index.ts'
import { isKernelAvailable, Kernel, runInKernel } from './kernel.ts'

const availability = isKernelAvailable()
const before = availability.ok ? currentNamespace() : ''
const devicesBefore = availability.ok ? readdirSync('/sys/class/net') : []

/** UDP with four bytes and without checksum, from port 5 to port 7. */
function udp(source: string, destination: string): string {
  const packet = Buffer.from(`450000200001000040110000${'00'.repeat(8)}00050007000c000074657374`, 'hex')
  packet.set(addressBytes(source), 12)
  packet.set(addressBytes(destination), 16)
  let sum = 0
  for (let at = 0; at < 20; at += 2) sum += packet.readUInt16BE(at)
  packet.writeUInt16BE(~((sum & 0xffff) + (sum >> 16)) & 0xffff, 10)
  return packet.toString('hex')
}

const toClosedPort = udp('203.0.113.9', '203.0.113.1')
const throughBox = udp('203.0.113.9', '192.168.1.5')
const fromBox = udp('203.0.113.1', '192.168.1.5')

const base: Scenario = {
  interfaces: {
    wan: { addr4: ['203.0.113.1/24'], addr6: ['2001:db8::1/64'] },
    lan: { addr4: ['192.168.1.1/24'], mtu: 1400 },
  },
  packets: [{ in: 'wan', hex: toClosedPort }],
}

const counting = `table inet t {
  chain f { type filter hook forward priority 0; policy drop; udp dport 7 counter accept; }
}`

const hooksOf = (record: PacketRecord | undefined): string[] =>
  record?.ct?.map(({ hook, state }) => `${hook} ${state}`) ?? []

function completed(result: Result): Outcome {
  if ('error' in result) throw new Error(`the scenario could not be loaded: ${result.error}`)
  return result
}

if (!availability.ok) {
  test(`the live kernel is not available here: ${availability.reason}`, () => {
    console.warn(`live kernel tests do NOT run here: ${availability.reason}`)
    expect(availability.reason).not.toBe('')
  })
} else {
  describe(`in the live kernel ${availability.kernel} with nft ${availability.nft}`, () => {
    const kernel = new Kernel()
    const run = async (change: Partial<Scenario>): Promise<Outcome> =>
      completed(await kernel.run({ ...base, ...change }))

    beforeAll(() => {
      console.info(`live kernel tests run in Linux ${availability.kernel} with nft ${availability.nft}`)
    })

    afterAll(async () => {
      await kernel.close()
      expect(currentNamespace()).toBe(before)
      expect(readdirSync('/sys/class/net')).toEqual(devicesBefore)
    })

    test('a packet to a closed port is answered, and the answer is related', async () => {
      const { packets, conntrack, local } = await run({})
      expect(packets[0]?.out.map(([device]) => device)).toEqual(['wan'])
      expect(hooksOf(packets[0])).toEqual(['pre new', 'in new', 'out related', 'post related'])
      expect(packets[0]?.ev).toMatchObject([{ ev: 'new', id: 1, status: ['confirmed'] }])
      expect(conntrack).toMatchObject([{ id: 1, orig: { src: '203.0.113.9', sport: 5, dport: 7 } }])
      expect(local).toEqual(['203.0.113.1', '2001:db8::1', '192.168.1.1'])
    })

    test('a socket swallows it', async () => {
      const { packets } = await run({ udp_sockets: [{ addr: '203.0.113.1', port: 7 }] })
      expect(packets[0]?.out).toEqual([])
    })

    test('rules decide, count, and are listed without the probe', async () => {
      const { packets, ruleset } = await run({ ruleset: counting, packets: [{ in: 'wan', hex: throughBox }] })
      expect(packets[0]?.out.map(([device]) => device)).toEqual(['lan'])
      expect(hooksOf(packets[0])).toEqual(['pre new', 'fwd new', 'post new'])
      expect(JSON.stringify(ruleset)).toContain('"packets":1')
      expect(JSON.stringify(ruleset)).not.toContain('kinwall')
    })

    test('a dropped packet is not confirmed, and has no number', async () => {
      const { packets, conntrack } = await run({
        ruleset: 'table ip t { chain i { type filter hook input priority 0; drop; }\n}',
      })
      expect(packets).toMatchObject([{ out: [], ct: [{ hook: 'pre', id: 0 }] }])
      expect(conntrack).toEqual([])
    })

    test('a trace names the rules by their handles', async () => {
      const { packets } = await run({ ruleset: counting, trace: true, packets: [{ in: 'wan', hex: throughBox }] })
      expect(packets[0]?.trace).toEqual([{ table: 't', chain: 'f', what: 'rule', rule: 2, verdict: 'accept' }])
    })

    test('a local packet is sent by the box, or refused', async () => {
      const sent = await run({ packets: [{ in: 'local', hex: fromBox }] })
      expect(hooksOf(sent.packets[0])).toEqual(['out new', 'post new'])
      const refused = await run({
        packets: [{ in: 'local', hex: fromBox }],
        ruleset: 'table ip t { chain o { type filter hook output priority 0; drop; }\n}',
      })
      expect(refused.packets[0]).toMatchObject({ error: 'EPERM', out: [] })
    })

    test('without a probe nothing is tracked', async () => {
      const { packets, conntrack } = await run({ probe: 'none' })
      expect(packets[0]?.ct).toBeUndefined()
      expect(conntrack).toEqual([])
    })

    test('iptables rules are loaded and saved', async () => {
      const iptables = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp -m udp --dport 7 -j DROP\nCOMMIT\n'
      const { packets, iptables: saved } = await run({ ruleset: { backend: 'legacy', iptables } })
      expect(packets[0]?.out).toEqual([])
      expect(saved).toContain('[1:32] -A INPUT -p udp -m udp --dport 7 -j DROP')
    })

    const failures: readonly (readonly [string, Partial<Scenario>, string])[] = [
      ['a rule that nft refuses', { ruleset: 'table inet t { bogus' }, 'nft: '],
      ['a sysctl that does not exist', { sysctls: { 'net.ipv4.nope': 1 } }, 'sysctl net.ipv4.nope=1: '],
      ['an address that is none', { interfaces: { wan: { addr4: ['300.1.1.1/24'] } } }, 'found "300.1.1.1/24"'],
      ['an interface that is not there', { packets: [{ in: 'dmz', hex: '' }] }, 'comes in on dmz'],
      ['a route over a device that is not there', { routes: [{ dst: '10.0.0.0/8', dev: 'dmz' }] }, 'no interface dmz'],
      [
        'a gateway that cannot be reached',
        { routes: [{ dst: '10.0.0.0/8', via: '9.9.9.9' }] },
        'route to 10.0.0.0/8: ',
      ],
    ]
    test.each(failures)('%s fails the scenario, and the next one runs', async (_, change, words) => {
      const result = await kernel.run({ ...base, ...change })
      expect('error' in result ? result.error : '').toContain(words)
      expect((await run({})).packets).toHaveLength(1)
    })

    test('each scenario has a namespace and numbers of its own', async () => {
      const results = await Promise.all([run({}), run({}), runInKernel(base).then(completed)])
      expect(results.map(({ conntrack }) => conntrack.map(({ id }) => id))).toEqual([[1], [1], [1]])
    })
  })
}
