import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildIcmp, buildTcp, buildUdp, Hook, type HookNumber, Packet } from '../packet/index.ts'
import type { RejectStatement, Ruleset } from '../rules/index.ts'
import { noRules, oneChain, statement, TestRouter } from './engine.fixture.ts'

const lan = { from: '192.168.1.10', to: '198.51.100.5', fromPort: 4000, toPort: 53 }
const own = { from: '203.0.113.1', to: '198.51.100.5', fromPort: 4000, toPort: 53 }
const self = { from: '192.168.1.1', to: '192.168.1.1', fromPort: 4000, toPort: 53 }

const rejecting = (hook: HookNumber, type: RejectStatement['type'], code = 0): Ruleset =>
  oneChain(hook, [statement({ kind: 'reject', type, code })])
const dropping = (hook: HookNumber): Ruleset =>
  oneChain(hook, [statement({ kind: 'verdict', verdict: { kind: 'drop' } })])

describe('reject', () => {
  it.each([
    ['icmp', 13, 'lan icmp 192.168.1.1 > 192.168.1.10 destination-unreachable/admin-prohibited'],
    ['icmpx', 0, 'lan icmp 192.168.1.1 > 192.168.1.10 destination-unreachable/net-unreachable'],
    ['icmpx', 2, 'lan icmp 192.168.1.1 > 192.168.1.10 destination-unreachable/host-unreachable'],
  ] as const)('with %s %i sends an error that is RELATED in the other direction (fidelity 17)', (type, code, line) => {
    const router = new TestRouter({ ruleset: rejecting(Hook.forward, type, code) })
    expect(router.receive(buildUdp(lan))).toBe('dropped rule')
    expect(router.lines).toEqual([line])
    expect(router.hooks).toEqual(['pre:new', 'out:related/r', 'post:related/r'])
  })

  it('with tcp reset is RELATED too, unlike the reset of the local stack', () => {
    const router = new TestRouter({ ruleset: rejecting(Hook.forward, 'tcp reset') })
    router.receive(buildTcp(lan))
    expect(router.lines).toEqual(['lan tcp 198.51.100.5:53 > 192.168.1.10:4000 rst|ack'])
    expect(router.hooks).toEqual(['pre:new', 'out:related/r', 'post:related/r'])
  })

  it('quotes the time to live that was already decremented in forward, and that of arrival in prerouting (fidelity 19)', () => {
    const quoted = (hook: HookNumber): number | undefined => {
      const router = new TestRouter({ ruleset: rejecting(hook, 'icmp') })
      router.receive(buildUdp(lan))
      return router.left[0]?.bytes[28 + 8]
    }
    expect([quoted(Hook.prerouting), quoted(Hook.forward)]).toEqual([64, 63])
  })

  it('says nothing about a packet whose checksum is wrong, nor about an ICMP error (fidelity 19)', () => {
    const router = new TestRouter({ ruleset: rejecting(Hook.forward, 'icmp') })
    router.receive(buildUdp({ ...lan, checksum: 7 }))
    expect(router.lines).toEqual([])
    router.receive(buildIcmp({ ...lan, type: 3, payload: buildUdp(lan) }))
    expect(router.lines).toEqual([])
  })

  it('answers a broadcast in prerouting only (fidelity 19)', () => {
    const broadcast = buildUdp({ ...lan, to: '192.168.1.255' })
    const lines = [Hook.prerouting, Hook.input].map((hook) => {
      const router = new TestRouter({ ruleset: rejecting(hook, 'icmp', 3) })
      router.receive(broadcast)
      return router.lines.length
    })
    expect(lines).toEqual([1, 0])
  })

  it('in output refuses the sender, and the error comes back over the loopback', () => {
    const ruleset = oneChain(Hook.output, [
      statement({
        kind: 'compare',
        operator: '!=',
        left: { kind: 'meta', key: 'l4proto', width: 8 },
        right: [1],
        interfaceName: null,
        prefixBits: null,
      }),
      statement({ kind: 'reject', type: 'icmpx', code: 1 }),
    ])
    const router = new TestRouter({ ruleset })
    expect(router.send(buildUdp(own))).toBe('EPERM')
    expect(router.hooks).toEqual(['out:new', 'out:related/r', 'post:related/r', 'pre:related/r', 'in:related/r'])
  })
})

describe('a local sender', () => {
  it.each([
    [
      'gets an address where it wrote none',
      buildUdp({ ...own, from: '0.0.0.0' }),
      noRules,
      'sent',
      ['wan udp 203.0.113.1:4000 > 198.51.100.5:53'],
    ],
    [
      'may use any source',
      buildUdp({ ...own, from: '1.2.3.4' }),
      noRules,
      'sent',
      ['wan udp 1.2.3.4:4000 > 198.51.100.5:53'],
    ],
    ['is told of a drop in output', buildUdp(own), dropping(Hook.output), 'EPERM', []],
    ['is told of a drop in postrouting', buildUdp(own), dropping(Hook.postrouting), 'EPERM', []],
    ['may not send more than the MTU', buildUdp({ ...own, payload: new Uint8Array(1473) }), noRules, 'EMSGSIZE', []],
    ['may not send broadcasts', buildUdp({ ...own, to: '192.168.1.255' }), noRules, 'EACCES', []],
  ] as const)('%s', (_name, bytes, ruleset, outcome, lines) => {
    const router = new TestRouter({ ruleset })
    expect(router.send(bytes)).toBe(outcome)
    expect(router.lines).toEqual(lines)
  })

  it('reaches the host itself over the loopback, with one entry that is not judged twice', () => {
    const router = new TestRouter()
    expect(router.send(buildUdp(self))).toBe('sent')
    expect(router.hooks).toEqual([
      'out:new',
      'post:new',
      'pre:new',
      'in:new',
      'out:related/r',
      'post:related/r',
      'pre:related/r',
      'in:related/r',
    ])
    expect(router.lines).toEqual([])
  })
})

describe('chains', () => {
  it('of type route send a packet elsewhere that they changed; of type filter they do not', () => {
    const redirect = statement({
      kind: 'set payload',
      base: 'network',
      offset: 128,
      width: 32,
      name: 'ip daddr',
      value: { kind: 'constant', words: [0xc0a8014d], width: 32 },
    })
    const through = (['route', 'filter'] as const).map((type) => {
      const router = new TestRouter({ ruleset: oneChain(Hook.output, [redirect], { type, priority: -150 }) })
      router.send(buildUdp(own))
      return router.left[0]?.through
    })
    expect(through).toEqual(['lan', 'wan'])
  })

  it('of type nat meet the first packet of an entry only (fidelity 16)', () => {
    const router = new TestRouter({
      ruleset: oneChain(Hook.prerouting, [statement({ kind: 'counter', packets: 0, bytes: 0 })], {
        type: 'nat',
        priority: -100,
      }),
    })
    router.receive(buildUdp(lan))
    router.receive(buildUdp(lan))
    router.receive(buildUdp({ from: lan.to, to: lan.from, fromPort: 53, toPort: 4000 }), 'wan')
    router.receive(buildIcmp({ from: lan.to, to: lan.from, type: 3, code: 3, payload: buildUdp(lan) }), 'wan')
    expect(router.hooks).toContain('fwd:related/r')
    expect(router.engine.rules.packets[1]).toBe(1)
    router.receive(buildUdp({ ...lan, fromPort: 4001 }))
    expect(router.engine.rules.packets[1]).toBe(2)
  })

  it('that drop by policy are named by their base chain', () => {
    const router = new TestRouter({ ruleset: oneChain(Hook.forward, [], { policy: 'drop' }) })
    expect(router.receive(buildUdp(lan))).toBe('dropped policy')
    expect(router.engine.hook).toBe(Hook.forward)
  })

  it('see a dropped flow as NEW again (fidelity 20)', () => {
    const router = new TestRouter({ ruleset: dropping(Hook.forward) })
    router.receive(buildUdp(lan))
    router.receive(buildUdp(lan))
    expect(router.hooks).toEqual(['pre:new'])
    expect(router.engine.conntrack.count).toBe(0)
  })
})

describe('any bytes', () => {
  const ruleset = oneChain(Hook.input, [statement({ kind: 'reject', type: 'icmpx', code: 1 })])
  const start = fc.constantFrom(
    buildUdp(lan),
    buildTcp({ ...lan, to: '192.168.1.1' }),
    buildIcmp({ from: 'fd00::10', to: 'fd00::1', type: 128, payload: 'ping' }),
    buildUdp({
      from: 'fd00::10',
      to: '2001:db8:2::9',
      fromPort: 1,
      toPort: 2,
      options: Uint8Array.of(17, 0, 1, 4, 0, 0, 0, 0),
    }),
    buildUdp({ ...lan, options: Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 148, 4, 0, 0, 0), moreFragments: true }),
  )
  const changes = fc.array(fc.tuple(fc.nat(100), fc.nat(255)), { maxLength: 6 })

  it('walk to an end without an exception, received or sent', () => {
    const router = new TestRouter({ ruleset })
    fc.assert(
      fc.property(start, changes, fc.nat(80), fc.boolean(), (bytes, edits, cut, isLocal) => {
        const edited = bytes.slice(0, Math.max(0, bytes.length - (cut > 60 ? cut - 60 : 0)))
        for (const [at, value] of edits) if (at < edited.length) edited[at] = value
        const outcome = isLocal ? router.send(edited) : router.receive(edited)
        expect(outcome).not.toBe('none')
      }),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        expect(router.receive(bytes)).not.toBe('none')
        expect(router.send(bytes)).not.toBe('none')
      }),
      { numRuns: 300 },
    )
  })

  it('trusts checksums that were not captured', () => {
    const router = new TestRouter()
    const packet = new Packet()
    packet.bytes = buildUdp({ ...lan, checksum: 9 })
    packet.isChecksumTrusted = true
    packet.input = router.host.interfaceIndex('lan')
    router.engine.receive(packet, packet.bytes.length)
    expect(packet.state).toBe(8)
  })
})
