import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Packet, Protocol } from '../packet/index.ts'
import { State } from './status.ts'
import { echo, ip, sctp, tcp, text, udp, Wire } from './wire.fixture.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'
const there = udp(client, 1000, server, 53)
const back = udp(server, 53, client, 1000)

describe('UDP (fidelity 32)', () => {
  it('is NEW until answered, then ESTABLISHED, and ASSURED two seconds after it began', () => {
    const wire = new Wire()
    expect([wire.send(there), wire.status(), wire.timeout()]).toEqual(['new', 'confirmed', 30])
    expect(wire.send(there)).toBe('new')
    expect([wire.send(back), wire.status(), wire.timeout()]).toEqual(['established/r', 'seen-reply,confirmed', 30])
    expect([wire.send(there), wire.timeout()]).toEqual(['established', 30])
    wire.now += 2004
    expect(wire.send(there)).toBe('established')
    expect([wire.status(), wire.timeout()]).toEqual(['seen-reply,assured,confirmed', 120])
  })

  it('is NEW again when it has expired', () => {
    const wire = new Wire()
    wire.send(there)
    wire.takeEvents()
    wire.now += 30_000
    expect(wire.send(back)).toBe('new')
    expect(wire.takeEvents().map((line) => line.trim().split(' ')[0])).toEqual(['[DESTROY]', '[NEW]'])
  })

  it.each([
    ['shorter than its header', ip(client, server, Protocol.udp, text('1234567')), 'short-header'],
    ['with a length beyond the packet', there.with(25, 200), 'udp-length'],
    ['with a length below 8', there.with(25, 7), 'udp-length'],
    ['with a wrong checksum', there.with(26, 0x55), 'checksum'],
  ] as const)('%s is INVALID', (_, bytes, reason) => {
    expect(new Wire().send(bytes)).toBe(`invalid:${reason}`)
  })

  it('without a checksum is fine, and so is port 0', () => {
    expect(new Wire().send(there.with(26, 0).with(27, 0))).toBe('new')
    expect(new Wire().send(udp(client, 0, server, 0))).toBe('new')
  })
})

describe('checksums (fidelity 31)', () => {
  const wrong = there.with(26, 0x55)
  it.each([
    ['are not verified with nf_conntrack_checksum=0', new Wire({ isChecksumVerified: false }), 0],
    ['are not verified of the host’s own packets', new Wire(), 3],
  ] as const)('%s', (_, wire, hook) => {
    expect(wire.send(wrong, { hook })).toBe('new')
  })
})

describe('UDP-Lite (fidelity 30)', () => {
  const withSum = (protocol: number): Uint8Array => {
    const bytes = udp(client, 1000, server, 53)
    bytes[9] = Protocol.udplite
    const [high, low] = [bytes[10] ?? 0, bytes[11] ?? 0]
    const header = ((high << 8) | low) - (Protocol.udplite - Protocol.udp)
    bytes.set([header >> 8, header & 255], 10)
    const sum = ((bytes[26] ?? 0) << 8) + (bytes[27] ?? 0) - (protocol - Protocol.udp)
    bytes.set([sum >> 8, sum & 255], 26)
    return bytes
  }
  it('summed right is INVALID, summed as if it were UDP is NEW', () => {
    expect(new Wire().send(withSum(Protocol.udplite))).toBe('invalid:checksum')
    expect(new Wire().send(withSum(Protocol.udp))).toBe('new')
  })
  it('without a checksum is INVALID', () => {
    expect(new Wire().send(withSum(Protocol.udp).with(26, 0).with(27, 0))).toBe('invalid:udplite-no-checksum')
  })
})

describe('echo', () => {
  it.each([
    ['IPv4', client, server],
    ['IPv6', 'fd00::10', '2001:db8::5'],
  ])('over %s is answered, also twice', (_, from, to) => {
    const wire = new Wire()
    expect(wire.send(echo(from, to, 7))).toBe('new')
    expect(wire.send(echo(to, from, 7, true))).toBe('established/r')
    expect(wire.send(echo(to, from, 7, true))).toBe('established/r')
    expect(wire.send(echo(to, from, 8, true))).toBe('invalid:icmp-no-request')
    expect(wire.send(echo(to, from, 7))).toBe('new')
  })

  it('a reply with another code is INVALID', () => {
    const wire = new Wire({ isChecksumVerified: false })
    wire.send(echo(client, server, 7))
    expect(wire.send(echo(server, client, 7, true).with(21, 1))).toBe('invalid:icmp-no-request')
  })

  it('of the other IP version is INVALID', () => {
    const wire = new Wire()
    expect(wire.send(ip(client, server, Protocol.icmpv6, Uint8Array.of(128, 0, 0, 0, 0, 1, 0, 1)))).toBe(
      'invalid:icmp-family',
    )
    expect(wire.send(ip('fd00::1', 'fd00::2', Protocol.icmp, Uint8Array.of(8, 0, 0, 0, 0, 1, 0, 1)))).toBe(
      'invalid:icmp-family',
    )
  })
})

describe('other protocols (fidelity 33)', () => {
  it.each([
    ['ESP', Protocol.esp, 600],
    ['DCCP', Protocol.dccp, 600],
    ['255', 255, 600],
    ['GRE', Protocol.gre, 30],
  ] as const)('%s has one entry for each pair of addresses', (_, protocol, timeout) => {
    const wire = new Wire()
    expect(wire.send(ip(client, server, protocol, text('\0\0\b\0one')))).toBe('new')
    expect(wire.timeout()).toBe(timeout)
    expect(wire.send(ip(server, client, protocol, text('\0\0\b\0two')))).toBe('established/r')
    expect(wire.conntrack.count).toBe(1)
  })

  it('GRE is ASSURED with the first packet after an answer', () => {
    const wire = new Wire()
    wire.send(ip(client, server, Protocol.gre, text('\0\0\b\0')))
    wire.send(ip(server, client, Protocol.gre, text('\0\0\b\0')))
    wire.send(ip(client, server, Protocol.gre, text('\0\0\b\0')))
    expect([wire.status(), wire.timeout()]).toEqual(['seen-reply,assured,confirmed', 180])
  })

  it('a later fragment that was not put together is INVALID', () => {
    expect(new Wire().send(there.with(7, 1).with(11, (there[11] ?? 0) - 1))).toBe('invalid:later-fragment')
  })
})

describe('a packet from an address and port to the same', () => {
  it('is the answer to itself when it comes again', () => {
    const itself = udp(client, 4000, client, 4000)
    const wire = new Wire()
    expect([wire.send(itself), wire.send(itself)]).toEqual(['new', 'established/r'])
  })
})

describe('SCTP (fidelity 33)', () => {
  const initial = (tag: number): number[] => [0, 0, 0, tag, 0, 0, 255, 255, 0, 1, 0, 1, 0, 0, 0, 0]
  const out = (tag: number, ...chunks: [number, number, number[]][]): Uint8Array =>
    sctp(client, 1000, server, 2000, tag, chunks)
  const answer = (tag: number, ...chunks: [number, number, number[]][]): Uint8Array =>
    sctp(server, 2000, client, 1000, tag, chunks)

  it('sets up by four chunks', () => {
    const wire = new Wire()
    expect(wire.send(out(0, [1, 0, initial(0x58)]))).toBe('new')
    expect(wire.timeout()).toBe(10)
    expect(wire.send(answer(0x58, [2, 0, initial(0x4d)]))).toBe('established/r')
    expect(wire.timeout()).toBe(3)
    expect(wire.send(out(0x4d, [10, 0, [1, 2, 3, 4]]))).toBe('established')
    expect(wire.send(answer(0x58, [11, 0, []]))).toBe('established/r')
    expect([wire.status(), wire.timeout()]).toEqual(['seen-reply,assured,confirmed', 210])
    expect(wire.send(out(0x4d, [0, 3, [1, 2, 3, 4]]))).toBe('established')
    expect(wire.send(out(0x99, [0, 3, [1, 2, 3, 4]]))).toBe('invalid:sctp-tag')
    expect(wire.send(out(0x4d, [6, 0, []]))).toBe('established')
    expect(wire.timeout()).toBe(10)
  })

  it('takes no INIT-ACK with another tag once it stands', () => {
    const wire = new Wire()
    wire.send(out(0, [1, 0, initial(0x58)]))
    wire.send(answer(0x58, [2, 0, initial(0x4d)]))
    wire.send(out(0x4d, [10, 0, [1, 2, 3, 4]]))
    wire.send(answer(0x58, [11, 0, []]))
    expect(wire.send(answer(0x58, [2, 0, initial(0x58)]))).toBe('invalid:sctp-tag')
    expect(wire.send(answer(0x58, [2, 0, initial(0x4d)]))).toBe('established/r')
  })

  it('may begin with a heartbeat', () => {
    const wire = new Wire()
    expect(wire.send(out(0x4d, [4, 0, [0, 1, 0, 4]]))).toBe('new')
    expect(wire.timeout()).toBe(30)
    expect(wire.send(answer(0x58, [5, 0, [0, 1, 0, 4]]))).toBe('established/r')
    expect(wire.timeout()).toBe(210)
  })

  it.each([
    ['without chunks', out(0), 'sctp-chunks'],
    ['that begins with DATA', out(1, [0, 3, [1, 2, 3, 4]]), 'sctp-out-of-the-blue'],
    ['that begins with ABORT', out(1, [6, 0, []]), 'sctp-out-of-the-blue'],
    ['with INIT and a tag', out(1, [1, 0, initial(1)]), 'sctp-tag'],
    ['with INIT and another chunk', out(0, [1, 0, initial(1)], [0, 3, [1, 2, 3, 4]]), 'sctp-chunks'],
    ['with a wrong checksum', out(0, [1, 0, initial(1)]).with(28, 1), 'checksum'],
  ] as const)('%s is INVALID', (_, bytes, reason) => {
    expect(new Wire().send(bytes)).toBe(`invalid:${reason}`)
  })
})

describe('confirmation (fidelity 20)', () => {
  it('a packet that is dropped before leaves nothing', () => {
    const wire = new Wire()
    expect(wire.track(there)).toBe('new')
    expect([wire.conntrack.count, wire.conntrack.id(wire.packet.entry)]).toEqual([0, 0])
    expect(wire.track(there)).toBe('new')
    expect(wire.takeEvents()).toEqual([])
  })

  it('numbers entries in its order', () => {
    const wire = new Wire()
    wire.track(udp(client, 1, server, 1))
    wire.send(there)
    expect(wire.conntrack.id(wire.packet.entry)).toBe(1)
    wire.send(udp(client, 2, server, 1))
    expect(wire.conntrack.id(wire.packet.entry)).toBe(2)
  })

  it('refuses a packet when the table is full of assured entries, else makes room', () => {
    const wire = new Wire({ maximumEntries: 1 })
    wire.send(there)
    wire.send(back)
    wire.now += 2004
    wire.send(there)
    expect(wire.send(udp(client, 2, server, 1))).toBe('dropped:table-full')
    const dense = new Wire({ maximumEntries: 200, buckets: 256 })
    for (let port = 0; port < 400; port++) expect(dense.send(udp(client, port, server, 1))).toBe('new')
    expect(dense.conntrack.count).toBeLessThanOrEqual(200)
  })

  it('finds hardly any room where few entries lie in many buckets', () => {
    const wire = new Wire({ maximumEntries: 200 })
    const judged = Array.from({ length: 400 }, (_, port) => wire.send(udp(client, port, server, 1)))
    expect(judged.slice(0, 200).every((one) => one === 'new')).toBe(true)
    expect(judged.filter((one) => one === 'dropped:table-full').length).toBeGreaterThan(150)
  })

  it('gives up connections that are ending, some time after the table was full', () => {
    const wire = new Wire({ maximumEntries: 100 })
    for (let port = 1; port <= 100; port++) {
      wire.send(tcp(client, port, server, 80, 'S', { sequence: 1 }))
      wire.send(tcp(server, 80, client, port, 'SA', { sequence: 5, acknowledgment: 2 }))
      wire.send(tcp(client, port, server, 80, 'A', { sequence: 2, acknowledgment: 6 }))
      wire.send(tcp(client, port, server, 80, 'FA', { sequence: 2, acknowledgment: 6 }))
    }
    wire.now += 40_000
    expect(wire.send(there)).toBe('dropped:table-full')
    wire.now += 40_000
    expect([wire.send(there), wire.conntrack.count]).toEqual(['new', 96])
  })

  it('adopts the entry of a rival of the same flow in UDP, and drops in TCP', () => {
    const race = (bytes: Uint8Array): [string, number] => {
      const wire = new Wire()
      wire.track(bytes)
      const late = wire.packet
      const early = new Packet()
      Object.assign(early, late, { entry: 0, state: 0 })
      wire.conntrack.track(early)
      wire.conntrack.confirm(early)
      wire.packet = late
      return [wire.confirm(), wire.conntrack.id(late.entry)]
    }
    expect(race(there)).toEqual(['accepted', 1])
    expect(race(tcp(client, 1, server, 2, 'S'))).toEqual(['dropped:clash', 0])
  })
})

describe('what a host makes about a packet (fidelity 17)', () => {
  it('is RELATED in the other direction, also of an unconfirmed entry, and confirms nothing', () => {
    const wire = new Wire()
    wire.track(there)
    const made = new Packet()
    wire.conntrack.attach(made, wire.packet)
    expect([made.state, made.isReply, made.entry]).toEqual([4, true, wire.packet.entry])
    expect(wire.conntrack.track(made)).toBe(1)
    expect(wire.conntrack.confirm(made)).toBe(1)
    expect(wire.conntrack.count).toBe(0)
  })

  it('about an INVALID packet has no entry', () => {
    const wire = new Wire()
    wire.track(there.with(26, 0x55))
    const made = new Packet()
    wire.conntrack.attach(made, wire.packet)
    expect(made.entry).toBe(0)
  })

  it('a RST of the local TCP stack kills the unanswered entry', () => {
    const wire = new Wire()
    wire.send(tcp(client, 1, '192.168.1.1', 80, 'S', { sequence: 100 }))
    expect(wire.send(tcp('192.168.1.1', 80, client, 1, 'RA', { acknowledgment: 101 }), { hook: 3 })).toBe(
      'established/r',
    )
    expect(wire.status()).toBe('seen-reply,confirmed,dying')
    expect(wire.conntrack.count).toBe(0)
  })
})

describe('rules', () => {
  it('notrack leaves a packet untracked, and its answer is NEW', () => {
    const wire = new Wire()
    const packet = new Packet()
    wire.conntrack.untrack(packet)
    wire.conntrack.track(packet)
    expect([packet.state, packet.entry]).toEqual([64, 0])
    expect(wire.send(back)).toBe('new')
  })

  it('notrack behind conntrack does nothing', () => {
    const wire = new Wire()
    wire.track(there)
    wire.conntrack.untrack(wire.packet)
    expect(wire.packet.isUntracked).toBe(false)
  })

  it('zones keep equal tuples apart, also if only one direction is in one', () => {
    const wire = new Wire()
    wire.send(there)
    expect(wire.send(there, { zone: [1, 1] })).toBe('new')
    expect(wire.send(back, { zone: [1, 1] })).toBe('established/r')
    const half = new Wire()
    half.send(there, { zone: [3, 0] })
    expect(half.send(back)).toBe('established/r')
    expect(half.send(there, { zone: [3, 0] })).toBe('established')
  })

  it.each([
    ['TCP', tcp(client, 1, server, 2, 'S')],
    ['UDP', there],
  ] as const)('two zones that share their answers clash: %s is dropped (observed)', (_, bytes) => {
    const wire = new Wire()
    expect(wire.send(bytes, { zone: [1, 0] })).toBe('new')
    expect(wire.send(bytes, { zone: [2, 0] })).toBe('dropped:clash')
    expect(wire.send(bytes)).toBe('dropped:clash')
  })

  it('ct timeout replaces what it names, for a new entry only', () => {
    const policy = { protocol: Protocol.udp, family: null, policy: { unreplied: 77 } }
    const wire = new Wire()
    wire.track(there)
    wire.conntrack.assignTimeout(wire.packet, policy)
    wire.confirm()
    expect(wire.timeout()).toBe(77)
    wire.now += 3000
    wire.send(back)
    expect(wire.timeout()).toBe(77)
    wire.send(there)
    expect(wire.timeout()).toBe(120)
    const late = new Wire()
    late.send(there)
    late.track(there)
    late.conntrack.assignTimeout(late.packet, policy)
    expect(late.timeout()).toBe(30)
  })

  it('ct timeout made for the other IP version works all the same; a second one changes nothing', () => {
    const wire = new Wire()
    wire.track(there)
    wire.conntrack.assignTimeout(wire.packet, { protocol: Protocol.udp, family: 6, policy: { unreplied: 77 } })
    wire.conntrack.assignTimeout(wire.packet, { protocol: Protocol.udp, family: null, policy: { unreplied: 5 } })
    wire.confirm()
    expect(wire.timeout()).toBe(77)
  })

  it('ct timeout of another protocol does nothing', () => {
    const wire = new Wire()
    wire.track(there)
    wire.conntrack.assignTimeout(wire.packet, { protocol: Protocol.tcp, family: null, policy: { syn_sent: 5 } })
    expect(wire.timeout()).toBe(30)
  })

  const object = { protocol: Protocol.tcp, family: null, destinationPort: 9000, timeout: 2, size: 1 }

  it('ct expectation expects from server to client, its milliseconds being seconds', () => {
    const wire = new Wire()
    wire.track(there)
    expect(wire.conntrack.expect(wire.packet, object)).toBe('made')
    expect(wire.conntrack.expect(wire.packet, object)).toBe('break')
    expect(wire.takeEvents()[0]).toBe(
      '    [NEW] 2 proto=6 src=198.51.100.5 dst=192.168.1.10 sport=0 dport=9000 mask-src=255.255.255.255 mask-dst=255.255.255.255 sport=0 dport=65535 master-src=192.168.1.10 master-dst=198.51.100.5 sport=1000 dport=53 class=0',
    )
    wire.confirm()
    expect(wire.send(tcp(server, 1, client, 9000, 'S'))).toBe('related')
    expect(wire.conntrack.masterHelperName(wire.packet.entry)).toBeNull()
  })

  it('ct expectation dies with a packet that is dropped', () => {
    const wire = new Wire()
    wire.track(there)
    wire.conntrack.expect(wire.packet, object)
    expect(wire.track(tcp(server, 1, client, 9000, 'S'))).toBe('new')
    expect(wire.conntrack.expectationCount).toBe(0)
  })

  it('ct expectation does not match on a confirmed entry, and drops what another holds', () => {
    const wire = new Wire()
    wire.track(there)
    wire.conntrack.expect(wire.packet, object)
    wire.confirm()
    wire.track(there)
    expect(wire.conntrack.expect(wire.packet, object)).toBe('break')
    wire.track(udp(client, 1001, server, 53))
    expect(wire.conntrack.expect(wire.packet, object)).toBe('drop')
  })

  it('marks and labels are told when the packet leaves', () => {
    const wire = new Wire()
    wire.send(there)
    wire.takeEvents()
    wire.track(there)
    wire.conntrack.setMark(wire.packet.entry, 7)
    wire.conntrack.addLabel(wire.packet.entry, 0, 1 << 5)
    expect(wire.takeEvents()).toEqual([])
    wire.confirm()
    expect(wire.takeEvents()).toHaveLength(1)
    wire.track(there)
    wire.conntrack.setMark(wire.packet.entry, 7)
    wire.confirm()
    expect(wire.takeEvents()).toEqual([])
  })
})

describe('accounting', () => {
  it('counts packets and bytes of both directions, when it is on', () => {
    const wire = new Wire({ isAccounting: true })
    wire.send(there)
    wire.send(there)
    wire.send(back)
    const { conntrack, packet } = wire
    expect([0, 1].map((way) => [conntrack.packets(packet.entry, way), conntrack.bytes(packet.entry, way)])).toEqual([
      [2, 58],
      [1, 29],
    ])
  })
  it('counts nothing when it is off', () => {
    const wire = new Wire()
    wire.send(there)
    expect(wire.conntrack.packets(wire.packet.entry, 0)).toBe(0)
  })
})

describe('time', () => {
  it('may leap by years', () => {
    const wire = new Wire()
    wire.send(there)
    wire.now += 1e12
    expect(wire.send(there)).toBe('new')
    expect(wire.conntrack.count).toBe(1)
  })

  it('destroys what nobody asks for', () => {
    const wire = new Wire()
    for (let port = 0; port < 100; port++) wire.send(udp(client, port, server, 1))
    for (let second = 1; second <= 62; second++) wire.conntrack.advance(wire.now + 1000 * second)
    expect(wire.conntrack.count).toBe(0)
  })
})

describe('any bytes', () => {
  const seeds = [
    there,
    tcp(client, 1, server, 2, 'S', { options: [2, 4, 5, 0xb4, 3, 3, 7, 0, 4, 2, 0, 0] }),
    echo(client, server, 1),
    sctp(client, 1, server, 2, 0, [[1, 0, [0, 0, 0, 1]]]),
    udp('fd00::1', 1, 'fd00::2', 2),
  ]
  it('are tracked and confirmed without an exception, and never INVALID without a reason', () => {
    const wire = new Wire({ isChecksumVerified: false })
    const change = fc.tuple(fc.nat(60), fc.nat(255))
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(change, { maxLength: 6 }), fc.nat(80), (seed, changes, cut) => {
        const bytes = seed.slice(0, Math.max(1, cut))
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        const packet = new Packet()
        packet.bytes = bytes
        packet.end = bytes.length
        packet.family = (bytes[0] ?? 0) >>> 4 === 6 && bytes.length >= 40 ? 6 : 4
        if (packet.family === 4 && bytes.length < 20) return
        packet.protocol = bytes[9] ?? 0
        packet.transport = Math.min(bytes.length, ((bytes[0] ?? 0) & 15) << 2)
        wire.now += 10
        wire.conntrack.advance(wire.now)
        wire.conntrack.track(packet)
        if (packet.state === State.invalid) expect(packet.reason).not.toBe(0)
        wire.conntrack.confirm(packet)
      }),
      { numRuns: 3000 },
    )
  })
})
