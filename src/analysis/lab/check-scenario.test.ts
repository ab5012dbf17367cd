import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkScenario } from './check-scenario.ts'
import { runInModel } from './run-model.ts'

const packet = { in: 'lan', hex: '45000014000000004011000001020304' }
const scenario = { interfaces: { lan: { addr4: ['10.0.0.1/24'] } }, packets: [packet] }

test('a whole scenario passes, with everything that may be left out', () => {
  const whole = {
    ...scenario,
    name: 'all',
    ruleset: 'table ip t { }',
    routes: [{ dst: '0.0.0.0/0', via: '10.0.0.2', dev: 'lan', type: 1 }],
    sysctls: { 'net.netfilter.nf_conntrack_tcp_loose': 0 },
    packets: [{ ...packet, at_ms: 5, mark: 1, oif: 'lan' }],
    udp_sockets: [{ addr: '0.0.0.0', port: 53 }],
    realtime: true,
    probe: 'ct',
    trace: true,
    walk: false,
  }
  expect(checkScenario(whole).kind).toBe('scenario')
})

test.each([
  [null, 'scenario: expected an object, found null'],
  [{}, 'scenario: expected a member "interfaces", found none'],
  [{ ...scenario, packet: [] }, 'scenario.packet: not a member that is known here'],
  [
    { ...scenario, packets: [{ in: 'lan', hex: 'abc' }] },
    'scenario.packets[0].hex: expected an even number of hexadecimal digits, found "abc"',
  ],
  [
    { ...scenario, interfaces: { lan: { addr4: ['fd00::1/64'] } } },
    'scenario.interfaces.lan.addr4[0]: expected an IPv4 address with a prefix length',
  ],
  [{ ...scenario, routes: [{ dst: '10/8' }] }, 'scenario.routes[0].dst: expected an address block'],
  [{ ...scenario, ruleset: 7 }, 'scenario.ruleset: expected an object, found 7'],
  [{ ...scenario, probe: 'all' }, 'scenario.probe: expected "ct", "bare" or "none", found "all"'],
  [
    { ...scenario, packets: [{ ...packet, at_ms: -1 }] },
    'scenario.packets[0].at_ms: expected milliseconds from 0, found -1',
  ],
])('%j is refused: %s', (value, message) => {
  const checked = checkScenario(value)
  expect(checked.kind === 'not-a-scenario' ? checked.message : 'accepted').toContain(message)
})

test('any JSON is checked without a throw, and what passes runs', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record({
      interfaces: fc.constant(scenario.interfaces),
      packets: fc.array(
        fc.record({
          in: fc.constantFrom('lan', 'local', 'wan'),
          hex: fc.uint8Array({ minLength: 1, maxLength: 60 }).map(hexOf),
        }),
        { maxLength: 4 },
      ),
      ruleset: fc.constantFrom(
        '',
        'table inet t { chain c { type filter hook input priority 0; reject; }; }',
        'nonsense',
      ),
    }),
  )
  fc.assert(
    fc.property(value, (any) => {
      const checked = checkScenario(any)
      if (checked.kind === 'scenario') runInModel(checked.scenario)
    }),
    { numRuns: 1000 },
  )
})

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
