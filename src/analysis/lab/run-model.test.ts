import { expect, test } from 'vitest'
import { buildIcmp, buildTcp, buildUdp } from '../../model/packet/index.ts'
import type { Outcome, Scenario } from './format.ts'
import { runInModel } from './run-model.ts'

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const request = buildUdp({ from: '192.168.1.10', to: '198.51.100.5', fromPort: 5000, toPort: 53 })
const error = buildIcmp({ from: '198.51.100.5', to: '192.168.1.10', type: 3, code: 3, payload: request })

const base: Scenario = {
  interfaces: { lan: { addr4: ['192.168.1.1/24'] }, wan: { addr4: ['203.0.113.1/24'] } },
  routes: [{ dst: '0.0.0.0/0', via: '203.0.113.254', dev: 'wan' }],
  packets: [
    { in: 'lan', hex: hex(request) },
    { in: 'wan', hex: hex(error) },
  ],
}

function run(change: Partial<Scenario>): Outcome {
  const result = runInModel({ ...base, ...change })
  if ('error' in result) throw new Error(result.error)
  return result
}

test('a request and the error about it: what left, what each hook saw, the event, the table', () => {
  const { packets, conntrack, local } = run({})
  expect(packets.map(({ out }) => out.map(([device]) => device))).toEqual([['wan'], ['lan']])
  expect(packets.map(({ ct }) => ct?.map(({ hook, state, dir, id }) => `${hook} ${state} ${dir} ${id}`))).toEqual([
    ['pre new original 1', 'fwd new original 1', 'post new original 1'],
    ['pre related reply 1', 'fwd related reply 1', 'post related reply 1'],
  ])
  expect(packets.map(({ ev }) => ev?.map(({ ev: kind }) => kind))).toEqual([['new'], undefined])
  expect(conntrack.map(({ id, timeout }) => [id, timeout])).toEqual([[1, 30]])
  expect(local).toEqual(['192.168.1.1', '203.0.113.1'])
})

test('an entry that is not confirmed has the number 0, and a refused local send its errno', () => {
  const ruleset =
    'table inet t {\n chain f { type filter hook forward priority 0; policy drop; }\n chain o { type filter hook output priority 0; policy drop; }\n}'
  const own = buildTcp({ from: '203.0.113.1', to: '198.51.100.5', fromPort: 1, toPort: 2 })
  const { packets, conntrack } = run({
    ruleset,
    packets: [...base.packets.slice(0, 1), { in: 'local', hex: hex(own) }],
  })
  expect(packets[0]?.ct?.map(({ id }) => id)).toEqual([0])
  expect(packets[1]?.error).toBe('EPERM')
  expect(conntrack).toEqual([])
})

test('the model honours at_ms on its own clock', () => {
  const packets = [base.packets[0], { in: 'wan', hex: hex(error), at_ms: 31_000 }].flatMap((packet) => packet ?? [])
  expect(run({ packets }).packets[1]?.ct?.[0]?.state).toBe('invalid')
})

test('a week passes at once: an idle connection lives five days, and is picked up anew after that', () => {
  const there = { from: '192.168.1.10', to: '198.51.100.5', fromPort: 5000, toPort: 80 }
  const back = { from: '198.51.100.5', to: '192.168.1.10', fromPort: 80, toPort: 5000 }
  const day = 86_400_000
  const at = (days: number, device: 'lan' | 'wan', bytes: Uint8Array) => ({
    in: device,
    hex: hex(bytes),
    at_ms: days * day,
  })
  const segment = buildTcp({ ...there, flags: 'A', sequence: 2, acknowledgment: 2 })
  const { packets } = run({
    packets: [
      at(0, 'lan', buildTcp({ ...there, flags: 'S', sequence: 1 })),
      at(0, 'wan', buildTcp({ ...back, flags: 'SA', sequence: 1, acknowledgment: 2 })),
      at(0, 'lan', segment),
      at(4.9, 'lan', segment),
      at(7, 'lan', segment),
      at(14, 'lan', segment),
    ],
  })
  const states = packets.map(({ ct }) => `${ct?.[0]?.state} ${ct?.[0]?.id}`)
  expect(states).toEqual(['new 1', 'established 1', 'established 1', 'established 1', 'established 1', 'new 2'])
})

test('the trace tells rules that matched, by handle, and policies', () => {
  const ruleset =
    'table ip t {\n chain f { type filter hook forward priority 0; policy accept;\n udp dport 53 counter\n tcp dport 1 drop\n }\n}'
  expect(run({ ruleset, trace: true }).packets[0]?.trace).toEqual([
    { table: 't', chain: 'f', what: 'rule', rule: 2, verdict: 'continue' },
    { table: 't', chain: 'f', what: 'end', verdict: 'continue' },
    { table: 't', chain: 'f', what: 'policy', verdict: 'accept' },
  ])
})

test('what is neither IPv4 nor IPv6 does not get in', () => {
  expect(run({ packets: [{ in: 'lan', hex: '50000000' }] }).packets).toEqual([{ out: [], error: 'EINVAL' }])
})

test.each([
  ['a ruleset that does not load', { ruleset: 'table ip t {\n chain c { tcp dprt 1 drop; }\n}' }, 'nft: ruleset:2:'],
  ['iptables text', { ruleset: { iptables: '*filter\nCOMMIT\n' } }, 'iptables rulesets are not supported'],
  ['a packet on no interface', { packets: [{ in: 'dmz', hex: '45' }] }, 'which is not an interface of the scenario'],
])('%s is a failure with its reason', (_, change, message) => {
  const result = runInModel({ ...base, ...change })
  expect('error' in result ? result.error : 'it ran').toContain(message)
})
