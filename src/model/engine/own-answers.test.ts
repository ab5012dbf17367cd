import { describe, expect, it } from 'vitest'
import { parseAddress, readUint16, readUint32 } from '../bytes/index.ts'
import { buildIcmp, buildIp, buildTcp, buildUdp } from '../packet/index.ts'
import { routeTo, TestRouter } from './engine.fixture.ts'

const lan = { from: '192.168.1.10', to: '198.51.100.5' }
const self = { from: '192.168.1.10', to: '192.168.1.1' }
const lan6 = { from: 'fd00::10', to: '2001:db8:2::9' }
const self6 = { from: 'fd00::10', to: 'fd00::1' }
const ports = { fromPort: 4000, toPort: 53 }

/** Neighbour solicitation for `target` (RFC 4861 section 4.3). */
function solicitation(target: string, hopLimit = 255): Uint8Array {
  const payload = parseAddress(target) ?? new Uint8Array(16)
  return buildIcmp({ ...self6, ttl: hopLimit, type: 135, code: 0, payload })
}

/** Each line: what arrives on lan; what becomes of it; what the host sends; the hooks met. Seen on Linux 6.18. */
const cases: readonly (readonly [string, Uint8Array, string, readonly string[], string])[] = [
  [
    'time to live 1 ends here, and the error is RELATED to the flow that was never confirmed (fidelity 17)',
    buildUdp({ ...lan, ...ports, ttl: 1 }),
    'dropped ttl-exceeded',
    ['lan icmp 192.168.1.1 > 192.168.1.10 time-exceeded/ttl-exceeded'],
    'pre:new out:related/r post:related/r',
  ],
  [
    'hop limit 1 as well, signed by the interface it came in by',
    buildUdp({ ...lan6, ...ports, ttl: 1, from: '2001:db8:1::77' }),
    'dropped ttl-exceeded',
    ['wan icmpv6 fd00::1 > 2001:db8:1::77 time-exceeded/hop-limit-exceeded'],
    'pre:new out:related/r post:related/r',
  ],
  [
    'time to live 2 is enough',
    buildUdp({ ...lan, ...ports, ttl: 2 }),
    'forwarded',
    ['wan udp 192.168.1.10:4000 > 198.51.100.5:53'],
    'pre:new fwd:new post:new',
  ],
  [
    'UDP to a closed port gets an error that conntrack finds to be RELATED',
    buildUdp({ ...self, ...ports }),
    'delivered port-closed',
    ['lan icmp 192.168.1.1 > 192.168.1.10 destination-unreachable/port-unreachable'],
    'pre:new in:new out:related/r post:related/r',
  ],
  [
    'UDP to a closed port in IPv6 too',
    buildUdp({ ...self6, ...ports }),
    'delivered port-closed',
    ['lan icmpv6 fd00::1 > fd00::10 destination-unreachable/port-unreachable'],
    'pre:new in:new out:related/r post:related/r',
  ],
  [
    'TCP to a closed port: the local stack resets, an ESTABLISHED reply (fidelity 17)',
    buildTcp({ ...self, ...ports }),
    'delivered port-closed',
    ['lan tcp 192.168.1.1:53 > 192.168.1.10:4000 rst|ack'],
    'pre:new in:new out:established/r post:established/r',
  ],
  [
    'no reset for a reset (fidelity 19)',
    buildTcp({ ...self, ...ports, flags: 'R' }),
    'delivered port-closed',
    [],
    'pre:invalid in:invalid',
  ],
  [
    'no error for a wrong checksum (fidelity 19)',
    buildUdp({ ...self, ...ports, checksum: 1 }),
    'delivered transport-checksum',
    [],
    'pre:invalid in:invalid',
  ],
  [
    'a protocol that the host does not speak',
    buildIp(self, 200, new Uint8Array(8)),
    'delivered protocol-unknown',
    ['lan icmp 192.168.1.1 > 192.168.1.10 destination-unreachable/prot-unreachable'],
    'pre:new in:new out:related/r post:related/r',
  ],
  [
    'and in IPv6, a parameter problem',
    buildIp(self6, 200, new Uint8Array(8)),
    'delivered protocol-unknown',
    ['lan icmpv6 fd00::1 > fd00::10 parameter-problem/unknown-next-header'],
    'pre:new in:new out:related/r post:related/r',
  ],
  [
    'an echo is answered',
    buildIcmp({ ...self, type: 8, identifier: 7 }),
    'delivered answered',
    ['lan icmp 192.168.1.1 > 192.168.1.10 echo-reply id 7 seq 0'],
    'pre:new in:new out:established/r post:established/r',
  ],
  [
    'a broadcast echo is not',
    buildIcmp({ ...self, to: '192.168.1.255', type: 8 }),
    'delivered ignored',
    [],
    'pre:new in:new',
  ],
  [
    'no error about a broadcast',
    buildUdp({ ...self, to: '192.168.1.255', ...ports }),
    'delivered ignored',
    [],
    'pre:new in:new',
  ],
  [
    'no error about an ICMP error (fidelity 19)',
    buildIcmp({ ...lan, type: 3, code: 3, ttl: 1, payload: new Uint8Array(28) }),
    'dropped ttl-exceeded',
    [],
    'pre:invalid',
  ],
  [
    'our own address does not arrive from outside',
    buildUdp({ ...lan, ...ports, from: '192.168.1.1' }),
    'dropped martian-source',
    [],
    'pre:new',
  ],
  [
    'nor does a loopback address',
    buildUdp({ ...lan, ...ports, from: '127.0.0.1' }),
    'dropped martian-source',
    [],
    'pre:new',
  ],
  [
    'a loopback destination is no place for it',
    buildUdp({ ...lan, ...ports, to: '127.0.0.1' }),
    'dropped martian-destination',
    [],
    'pre:new',
  ],
  ['multicast is not routed', buildUdp({ ...lan, ...ports, to: '239.1.1.1' }), 'dropped not-joined', [], 'pre:new'],
  [
    'a link-local source is not valid beyond its link',
    buildUdp({ ...lan6, ...ports, from: 'fe80::5' }),
    'dropped scope',
    [],
    'pre:new',
  ],
  [
    'an IPv4 address of the lowest number in a subnet is an ordinary one (Linux 5.14)',
    buildUdp({ ...lan, ...ports, to: '192.168.1.0' }),
    'forwarded',
    ['lan udp 192.168.1.10:4000 > 192.168.1.0:53'],
    'pre:new fwd:new post:new',
  ],
  [
    'a neighbour that asks for an address of the interface gets it',
    solicitation('fd00::1'),
    'delivered answered',
    ['lan icmpv6 fd00::1 > fd00::10 nd-neighbor-advert'],
    'pre:untracked in:untracked out:untracked post:untracked',
  ],
  [
    'for an address of another interface it gets nothing',
    solicitation('fd01::1'),
    'delivered ignored',
    [],
    'pre:untracked in:untracked',
  ],
  ['nor from another link', solicitation('fd00::1', 64), 'delivered ignored', [], 'pre:untracked in:untracked'],
]

describe('what the host itself says', () => {
  it.each(cases)('%s', (_name, bytes, outcome, lines, hooks) => {
    const router = new TestRouter()
    expect(router.receive(bytes)).toBe(outcome)
    expect(router.lines).toEqual(lines)
    expect(router.hooks.join(' ')).toBe(hooks)
  })

  it('quotes at most 576 bytes in IPv4 and 1280 in IPv6, with type of service 0xc0 and the rest of the cause', () => {
    const router = new TestRouter()
    router.receive(buildUdp({ ...lan, ...ports, ttl: 1, tos: 0x1f, payload: new Uint8Array(1000) }))
    expect(router.left[0]?.bytes.length).toBe(576)
    expect(router.left[0]?.bytes[1]).toBe(0xde)
    router.receive(buildUdp({ ...lan6, ...ports, ttl: 1, tos: 0xff, payload: new Uint8Array(1400) }))
    expect(router.left[0]?.bytes.length).toBe(1280)
    expect(readUint16(router.left[0]?.bytes ?? new Uint8Array(2), 0)).toBe(0x6000)
  })

  it('resets with the sequence that the peer expects, id 0 and do-not-fragment', () => {
    const router = new TestRouter()
    router.receive(buildTcp({ ...self, ...ports, flags: 'S', sequence: 1000, payload: 'abc' }))
    const syn = router.left[0]?.bytes ?? new Uint8Array(40)
    expect([readUint16(syn, 4), readUint16(syn, 6), readUint32(syn, 24), readUint32(syn, 28)]).toEqual([
      0, 0x4000, 0, 1004,
    ])
    router.receive(buildTcp({ ...self, ...ports, fromPort: 4001, flags: 'A', sequence: 5, acknowledgment: 77 }))
    const ack = router.left[0]?.bytes ?? new Uint8Array(40)
    expect([readUint32(ack, 24), readUint32(ack, 28), ack[33]]).toEqual([77, 0, 4])
  })

  it('does not know a way: an error for each source, but no more than five at once', () => {
    const router = new TestRouter({
      routes: [
        routeTo('10.9.0.0/16', null, null, 'unreachable'),
        routeTo('10.8.0.0/16', null, null, 'prohibit'),
        routeTo('10.7.0.0/16', null, null, 'blackhole'),
      ],
    })
    const to = (address: string): string => router.receive(buildUdp({ ...lan, ...ports, to: address }))
    expect([to('10.9.1.1'), router.lines]).toEqual([
      'dropped unreachable',
      ['lan icmp 192.168.1.1 > 192.168.1.10 destination-unreachable/host-unreachable'],
    ])
    expect([to('10.8.1.1'), router.lines]).toEqual([
      'dropped prohibit',
      ['lan icmp 192.168.1.1 > 192.168.1.10 destination-unreachable/admin-prohibited'],
    ])
    expect([to('10.7.1.1'), router.lines]).toEqual(['dropped blackhole', []])
    const answered = Array.from({ length: 6 }, () => {
      to('198.51.100.5')
      return router.lines.length
    })
    expect(answered).toEqual([1, 1, 1, 0, 0, 0])
    expect(router.receive(buildUdp({ ...lan6, ...ports }))).toBe('dropped no-route')
    expect(router.lines).toEqual(['lan icmpv6 fd00::1 > fd00::10 destination-unreachable/no-route'])
  })

  it('does not forward, and says nothing, where forwarding is off', () => {
    const router = new TestRouter({ isForwarding: { 4: false, 6: false } })
    expect([router.receive(buildUdp({ ...lan, ...ports })), router.receive(buildUdp({ ...lan6, ...ports }))]).toEqual([
      'dropped not-forwarding',
      'dropped not-forwarding',
    ])
    expect(router.lines).toEqual([])
  })

  it('filters by reverse path: strictly by interface, loosely by any route', () => {
    const spoofed = buildUdp({ ...lan, ...ports, from: '203.0.113.77' })
    const byMode = [0, 1, 2].map((mode) =>
      new TestRouter({ sysctls: { 'net.ipv4.conf.all.rp_filter': mode } }).receive(spoofed),
    )
    expect(byMode).toEqual(['forwarded', 'dropped reverse-path', 'forwarded'])
    const closed = new TestRouter({ sysctls: { 'net.ipv4.conf.all.rp_filter': 2 }, routes: [] })
    expect(closed.receive(buildUdp({ ...self, ...ports, from: '9.9.9.9' }))).toBe('dropped reverse-path')
  })

  it('hands a packet to a socket that listens, and answers nothing', () => {
    const router = new TestRouter({ listening: [{ protocol: 6, port: 22, address: null }] })
    expect(router.receive(buildTcp({ ...self, fromPort: 4000, toPort: 22 }))).toBe('delivered listening')
    expect(router.lines).toEqual([])
  })

  it('wants fragmentation where it may not do it itself', () => {
    const router = new TestRouter()
    const large = { ...ports, payload: new Uint8Array(1300) }
    expect(router.receive(buildUdp({ ...lan, to: '10.0.0.9', ...large, dontFragment: true }))).toBe('dropped mtu')
    expect(router.lines).toEqual(['lan icmp 192.168.1.1 > 192.168.1.10 destination-unreachable/frag-needed'])
    expect(readUint16(router.left[0]?.bytes ?? new Uint8Array(28), 26)).toBe(1300)
    expect(router.receive(buildUdp({ ...lan6, to: 'fd01::9', ...large }))).toBe('dropped mtu')
    expect(router.lines).toEqual(['lan icmpv6 fd00::1 > fd00::10 packet-too-big'])
    expect(router.receive(buildUdp({ ...lan, to: '10.0.0.9', ...large, fromPort: 4001 }))).toBe('forwarded')
    expect(router.left.map(({ bytes }) => bytes.length)).toEqual([1300, 48])
  })
})
