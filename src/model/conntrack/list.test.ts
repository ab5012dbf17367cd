import { describe, expect, it } from 'vitest'
import { listEntry, listEvent, listExpectation } from './list.ts'
import { entrySnapshot, expectationSnapshot } from './snapshot.ts'
import { echo, ip, sctp, tcp, text, udp, Wire } from './wire.fixture.ts'

const client = '10.0.1.2'
const server = '10.0.2.2'

/** The only entry's line. */
function line(wire: Wire, isExtended = false): string {
  return [...wire.conntrack.entries()].map((entry) => listEntry(wire.conntrack, entry, { isExtended })).join('\n')
}

describe('a line of conntrack -L is as version 1.4.7 prints it', () => {
  it.each([
    [
      'UDP',
      udp(client, 53, server, 77),
      'udp      17 30 src=10.0.1.2 dst=10.0.2.2 sport=53 dport=77 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=77 dport=53 mark=0 use=1',
    ],
    [
      'TCP',
      tcp(client, 1, server, 80, 'S'),
      'tcp      6 120 SYN_SENT src=10.0.1.2 dst=10.0.2.2 sport=1 dport=80 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=80 dport=1 mark=0 use=1',
    ],
    [
      'ICMP',
      echo(client, server, 7),
      'icmp     1 30 src=10.0.1.2 dst=10.0.2.2 type=8 code=0 id=7 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 type=0 code=0 id=7 mark=0 use=1',
    ],
    [
      'ICMPv6',
      echo('::1', '::2', 7),
      'icmpv6   58 30 src=::1 dst=::2 type=128 code=0 id=7 [UNREPLIED] src=::2 dst=::1 type=129 code=0 id=7 mark=0 use=1',
    ],
    [
      'a nameless protocol',
      ip(client, server, 50, text('abcd')),
      'unknown  50 600 src=10.0.1.2 dst=10.0.2.2 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 mark=0 use=1',
    ],
    [
      'GRE',
      ip(client, server, 47, text('\0\0\b\0')),
      'gre      47 30 src=10.0.1.2 dst=10.0.2.2 srckey=0x0 dstkey=0x0 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 srckey=0x0 dstkey=0x0 mark=0 use=1',
    ],
    [
      'SCTP',
      sctp(client, 1000, server, 2000, 0, [[1, 0, [0, 0, 0, 88, 0, 0, 255, 255, 0, 1, 0, 1, 0, 0, 0, 0]]]),
      'sctp     132 10 CLOSED src=10.0.1.2 dst=10.0.2.2 sport=1000 dport=2000 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=2000 dport=1000 mark=0 use=1',
    ],
  ] as const)('%s', (_, bytes, expected) => {
    const wire = new Wire()
    wire.send(bytes)
    expect(line(wire)).toBe(expected)
  })

  it('with its age where nf_conntrack_timestamp is on; events tell it at the end only', () => {
    const wire = new Wire({ isTimestamping: true })
    wire.send(udp(client, 53, server, 77))
    wire.now += 2500
    wire.conntrack.advance(wire.now)
    expect(line(wire)).toBe(
      'udp      17 27 src=10.0.1.2 dst=10.0.2.2 sport=53 dport=77 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=77 dport=53 mark=0 delta-time=2 use=1',
    )
    const [entry = 0] = wire.conntrack.entries()
    const told = (['new', 'destroy'] as const).map((kind) => listEvent(wire.conntrack, kind, entry, 1))
    expect(told.map((each) => each.includes(' delta-time=2'))).toEqual([false, true])
  })

  it('with counters, mark, zone, helper and ASSURED', () => {
    const wire = new Wire({ isAccounting: true })
    wire.send(tcp(client, 1, server, 21, 'S', { sequence: 100 }), { helper: 'ftp', zone: [7, 7] })
    wire.conntrack.setMark(wire.packet.entry, -1)
    wire.send(tcp(server, 21, client, 1, 'SA', { sequence: 900, acknowledgment: 101 }), { zone: [7, 7] })
    wire.send(tcp(client, 1, server, 21, 'A', { sequence: 101, acknowledgment: 901 }), { zone: [7, 7] })
    expect(line(wire)).toBe(
      'tcp      6 432000 ESTABLISHED src=10.0.1.2 dst=10.0.2.2 sport=1 dport=21 packets=2 bytes=80 src=10.0.2.2 dst=10.0.1.2 sport=21 dport=1 packets=1 bytes=40 [ASSURED] mark=4294967295 zone=7 helper=ftp use=1',
    )
  })

  it.each([
    ['the original', [8, 0] as const, 'sport=1 dport=2 zone-orig=8 [UNREPLIED]'],
    ['the reply', [0, 8] as const, 'sport=2 dport=1 zone-reply=8 mark=0'],
  ] as const)('with a zone of %s direction alone', (_, zone, part) => {
    const wire = new Wire()
    wire.send(udp(client, 1, server, 2), { zone })
    expect(line(wire)).toContain(part)
  })

  it('with the family first when extended', () => {
    const wire = new Wire()
    wire.send(udp('::1', 1, '::2', 2))
    expect(line(wire, true)).toMatch(/^ipv6 {5}10 udp {6}17 30 src=::1 /)
    const other = new Wire()
    other.send(udp(client, 1, server, 2))
    expect(line(other, true)).toMatch(/^ipv4 {5}2 udp {6}17 30 src=10/)
  })
})

describe('a line of conntrack -E', () => {
  it('says less than the table: no counters before the end, a mark only if there is one', () => {
    const wire = new Wire({ isAccounting: true })
    wire.send(tcp(client, 1, server, 80, 'S', { sequence: 100 }))
    wire.send(tcp(server, 80, client, 1, 'SA', { sequence: 900, acknowledgment: 101 }))
    const { entry } = wire.packet
    wire.conntrack.kill(entry)
    expect(wire.takeEvents()).toEqual([
      '    [NEW] tcp      6 120 SYN_SENT src=10.0.1.2 dst=10.0.2.2 sport=1 dport=80 [UNREPLIED] src=10.0.2.2 dst=10.0.1.2 sport=80 dport=1',
      ' [UPDATE] tcp      6 60 SYN_RECV src=10.0.1.2 dst=10.0.2.2 sport=1 dport=80 src=10.0.2.2 dst=10.0.1.2 sport=80 dport=1',
      '[DESTROY] tcp      6 60 SYN_RECV src=10.0.1.2 dst=10.0.2.2 sport=1 dport=80 packets=1 bytes=40 src=10.0.2.2 dst=10.0.1.2 sport=80 dport=1 packets=1 bytes=40',
    ])
    expect(listEvent(wire.conntrack, 'destroy', entry, 0, { isExtended: true })).toMatch(/^\[DESTROY\] ipv4 {5}2 tcp/)
  })
})

describe('snapshots', () => {
  it('have the members of a dump', () => {
    const wire = new Wire()
    wire.send(tcp(client, 1, server, 80, 'S', { sequence: 100, options: [3, 3, 7, 4, 2, 0, 0, 0] }))
    wire.conntrack.addLabel(wire.packet.entry, 1, 1)
    expect(entrySnapshot(wire.conntrack, wire.packet.entry)).toEqual({
      l3: 2,
      orig: { src: client, dst: server, proto: 6, sport: 1, dport: 80 },
      reply: { src: server, dst: client, proto: 6, sport: 80, dport: 1 },
      status: ['confirmed'],
      id: 1,
      timeout: 120,
      mark: 0,
      tcp: { state: 'SYN_SENT', wscale_o: 7, wscale_r: 0, flags_o: 3, flags_r: 0 },
      labels: '00000000010000000000000000000000',
    })
  })

  it('of an expectation have the mask', () => {
    const wire = new Wire()
    wire.track(udp(client, 1, server, 2))
    wire.conntrack.expect(wire.packet, { protocol: 17, family: 4, destinationPort: 9, timeout: 3000, size: 4 })
    const [one] = wire.conntrack.expectations()
    if (!one) throw new Error('no expectation was made')
    expect(expectationSnapshot(wire.conntrack, one)).toEqual({
      l3: 2,
      tuple: { src: server, dst: client, proto: 17, sport: 0, dport: 9 },
      mask: { src: '255.255.255.255', dst: '255.255.255.255', proto: 17, sport: 0, dport: 65_535 },
      master: { src: client, dst: server, proto: 17, sport: 1, dport: 2 },
      timeout: 3000,
      flags: [],
      class: 0,
    })
    expect(listExpectation(wire.conntrack, one)).toMatch(
      /^3000 proto=17 src=10\.0\.2\.2 dst=10\.0\.1\.2 sport=0 dport=9 /,
    )
  })
})
