import { describe, expect, it } from 'vitest'
import { ip, type Segment, tcp, Wire } from '../wire.fixture.ts'
import * as tracker from './tcp.ts'
import { tcpStateNames } from './tcp-states.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'

const out = (flags: string, sequence: number, acknowledgment = 0, of: Segment = {}): Uint8Array =>
  tcp(client, 4000, server, 80, flags, { sequence, acknowledgment, ...of })
const back = (flags: string, sequence: number, acknowledgment = 0, of: Segment = {}): Uint8Array =>
  tcp(server, 80, client, 4000, flags, { sequence, acknowledgment, ...of })

/** After SYN 100, SYN-ACK 900, ACK. */
function connected(wire: Wire = new Wire(), of: Segment = {}): Wire {
  wire.send(out('S', 100, 0, of))
  wire.send(back('SA', 900, 101, of))
  wire.send(out('A', 101, 901))
  return wire
}

function stateOf(wire: Wire): string {
  return tcpStateNames[tracker.describe(wire.conntrack, wire.packet.entry).state] ?? ''
}

describe('the first segment (fidelity 28)', () => {
  it.each(['S', 'SP', 'SU', 'SPU', 'SEC', 'A', 'PA'])('%s is NEW', (flags) => {
    expect(new Wire().send(out(flags, 100))).toBe('new')
  })
  it.each(['SA', 'FA', 'R', 'RA'])('%s opens nothing', (flags) => {
    expect(new Wire().send(out(flags, 100))).toBe('invalid:tcp-no-syn')
  })
  it.each(['F', '', 'P', 'U', 'SF', 'SR', 'FPU'])('%s cannot be', (flags) => {
    expect(new Wire().send(out(flags, 100))).toBe('invalid:tcp-flags')
  })
  it.each(['A', 'PA'])('%s opens nothing with tcp_loose=0', (flags) => {
    expect(new Wire({ isTcpLoose: false }).send(out(flags, 100))).toBe('invalid:tcp-not-loose')
  })
})

describe('malformed segments', () => {
  const patched = (at: number, value: number): Uint8Array => out('S', 100).with(at, value)
  it.each([
    ['a header length below 20', patched(32, 0x40), 'tcp-data-offset'],
    ['a header length beyond the packet', patched(32, 0x60), 'tcp-data-offset'],
    ['a wrong checksum', patched(36, 0), 'checksum'],
  ] as const)('%s is INVALID', (_, bytes, reason) => {
    expect(new Wire().send(bytes)).toBe(`invalid:${reason}`)
  })
  it('a header cut short is INVALID', () => {
    const cut = ip(client, server, 6, out('S', 100).subarray(20, 36))
    expect(new Wire().send(cut)).toBe('invalid:short-header')
  })
})

describe('a connection', () => {
  it('is NEW, then ESTABLISHED both ways, and ASSURED at the last ACK of the handshake', () => {
    const wire = new Wire()
    expect(wire.send(out('S', 100))).toBe('new')
    expect(wire.timeout()).toBe(120)
    expect(wire.send(back('SA', 900, 101))).toBe('established/r')
    expect([wire.status(), wire.timeout()]).toEqual(['seen-reply,confirmed', 60])
    expect(wire.send(out('A', 101, 901))).toBe('established')
    expect([wire.status(), wire.timeout()]).toEqual(['seen-reply,assured,confirmed', 432_000])
  })

  it('with data that nobody acknowledged is kept 300 s only (fidelity 29)', () => {
    const wire = connected()
    wire.send(out('PA', 101, 901, { data: 'hello' }))
    expect(wire.timeout()).toBe(300)
    wire.send(back('A', 901, 106))
    expect(wire.timeout()).toBe(432_000)
  })

  it('with a closed window is kept 300 s only', () => {
    const wire = connected()
    wire.send(back('A', 901, 101, { window: 0 }))
    expect(wire.timeout()).toBe(300)
  })

  it('whose ACK is repeated three times is kept 300 s only', () => {
    const wire = connected()
    const states = [1, 2, 3].map(() => {
      wire.send(back('A', 901, 101))
      return wire.timeout()
    })
    wire.send(back('A', 901, 101))
    expect([...states, wire.timeout()]).toEqual([432_000, 432_000, 432_000, 300])
  })

  it('closes by FIN from both sides', () => {
    const wire = connected()
    const states = [out('FA', 101, 901), back('A', 901, 102), back('FA', 901, 102), out('A', 102, 902)].map((bytes) => {
      wire.send(bytes)
      return `${stateOf(wire)} ${wire.timeout()}`
    })
    expect(states).toEqual(['FIN_WAIT 120', 'CLOSE_WAIT 60', 'LAST_ACK 30', 'TIME_WAIT 120'])
  })

  it('opens from both sides at once (fidelity 29)', () => {
    const wire = new Wire()
    expect(wire.send(out('S', 100))).toBe('new')
    expect(wire.send(back('S', 900))).toBe('established/r')
    expect(stateOf(wire)).toBe('SYN_SENT2')
    expect(wire.send(out('SA', 100, 901))).toBe('established')
    expect(wire.send(back('SA', 900, 101))).toBe('established/r')
    expect(wire.send(back('A', 901, 101))).toBe('established/r')
    expect(stateOf(wire)).toBe('ESTABLISHED')
    expect(wire.status()).toBe('seen-reply,assured,confirmed')
  })

  it('picked up in the middle is kept 300 s until a reply is seen, and believed whatever its window', () => {
    const wire = new Wire()
    expect(wire.send(out('A', 100, 900))).toBe('new')
    expect(wire.timeout()).toBe(300)
    expect(wire.send(back('A', 5_000_000, 100))).toBe('established/r')
    expect(wire.status()).toBe('seen-reply,confirmed')
    expect(wire.send(out('A', 100, 1))).toBe('established')
    expect(wire.status()).toBe('seen-reply,assured,confirmed')
  })
})

describe('the window', () => {
  it.each([
    ['an old segment sent again is ESTABLISHED', out('PA', 101 - 100_000, 901, { data: 'x' }), 'established'],
    ['data a million beyond is INVALID', out('PA', 1_000_101, 901, { data: 'x' }), 'invalid:window'],
    ['an ACK of data never sent is INVALID', out('A', 101, 902), 'invalid:window-ack'],
    ['a very old ACK is let through', out('A', 101, 901 - 70_000), 'established'],
    ['data a little too far is let through', out('PA', 101 + 65_536, 901, { data: 'xx' }), 'established'],
  ] as const)('%s', (_, bytes, state) => {
    expect(connected().send(bytes)).toBe(state)
  })

  it('everything is believed with tcp_be_liberal=1', () => {
    const wire = connected(new Wire({ isTcpLiberal: true }))
    expect(wire.send(out('PA', 1_000_101, 901, { data: 'x' }))).toBe('established')
    expect(wire.send(out('A', 101, 902))).toBe('established')
  })

  it('a segment that was let through renews nothing', () => {
    const wire = connected()
    wire.now += 10_000
    wire.send(out('PA', 101 - 100_000, 901, { data: 'x' }))
    expect(wire.timeout()).toBe(431_990)
  })

  it('scales only if both sides ask for it', () => {
    const wire = connected(new Wire(), { options: [3, 3, 7, 0] })
    expect(tracker.describe(wire.conntrack, wire.packet.entry).scales).toEqual([7, 7])
    const alone = new Wire()
    alone.send(out('S', 100, 0, { options: [3, 3, 7, 0] }))
    alone.send(back('SA', 900, 101))
    expect(tracker.describe(alone.conntrack, alone.packet.entry).scales).toEqual([0, 0])
  })

  it('a scale beyond 14 counts as 14', () => {
    const wire = connected(new Wire(), { options: [3, 3, 200, 0] })
    expect(tracker.describe(wire.conntrack, wire.packet.entry).scales).toEqual([14, 14])
  })

  it('a selective acknowledgment counts as far as its highest block', () => {
    const wire = connected(new Wire(), { options: [4, 2, 0, 0] })
    const sack = [5, 10, 0, 0, 0x13, 0x88, 0, 0, 0x17, 0x70, 1, 1]
    expect(wire.send(out('A', 101, 901, { options: sack }))).toBe('invalid:window-ack')
  })

  it('a dropped segment has still moved it (fidelity 29)', () => {
    const wire = connected()
    wire.track(out('PA', 101, 901, { data: 'hello' }))
    expect(wire.send(back('A', 901, 106))).toBe('established/r')
  })
})

describe('RST (fidelity 29)', () => {
  it.each([
    ['the client', out('R', 101), 'new', 'confirmed,dying'],
    ['the server', back('RA', 0, 101), 'established/r', 'seen-reply,confirmed,dying'],
  ] as const)('of %s before a reply destroys the entry', (_, bytes, state, status) => {
    const wire = new Wire()
    wire.send(out('S', 100))
    expect(wire.send(bytes)).toBe(state)
    expect(wire.status()).toBe(status)
    expect(wire.conntrack.count).toBe(0)
  })

  it('after a reply closes it', () => {
    const wire = connected()
    expect(wire.send(out('R', 101))).toBe('established')
    expect([stateOf(wire), wire.timeout()]).toEqual(['CLOSE', 10])
  })

  it('inside the window but inexact changes no state, only the timeout', () => {
    const wire = connected()
    expect(wire.send(out('R', 151))).toBe('established')
    expect([stateOf(wire), wire.timeout()]).toEqual(['ESTABLISHED', 10])
  })

  it('directly behind its sender’s last data counts', () => {
    const wire = connected()
    wire.send(out('PA', 101, 901, { data: 'hello' }))
    expect(wire.send(out('R', 106))).toBe('established')
    expect(stateOf(wire)).toBe('CLOSE')
  })

  it('older than what was acknowledged is INVALID, unless tcp_ignore_invalid_rst', () => {
    expect(connected().send(out('R', 50))).toBe('invalid:tcp-reset')
    expect(connected(new Wire({ isTcpInvalidResetIgnored: true })).send(out('R', 50))).toBe('established')
  })

  it('after a SYN-ACK with a wrong ACK does not destroy', () => {
    const wire = new Wire()
    wire.send(out('S', 100))
    expect(wire.send(back('SA', 900, 555))).toBe('invalid:window-ack')
    expect(wire.conntrack.count).toBe(1)
  })
})

describe('a SYN on a known connection (fidelity 29)', () => {
  it('is let through while the connection lives', () => {
    const wire = connected()
    expect(wire.send(out('S', 7000))).toBe('established')
    expect(stateOf(wire)).toBe('ESTABLISHED')
  })

  it('whose answer proves that both ends begin anew begins anew here, too', () => {
    const wire = connected()
    wire.send(out('S', 7000))
    expect(wire.send(back('SA', 5000, 7001))).toBe('established/r')
    expect(stateOf(wire)).toBe('SYN_RECV')
    expect(wire.send(out('A', 7001, 5001))).toBe('established')
    expect(stateOf(wire)).toBe('ESTABLISHED')
  })

  it('after the client’s own RST opens a new entry', () => {
    const wire = connected()
    wire.send(out('R', 101))
    wire.takeEvents()
    expect(wire.send(out('S', 7000))).toBe('new')
    expect(wire.takeEvents().map((line) => line.trim().split(' ')[0])).toEqual(['[DESTROY]', '[NEW]'])
  })

  it('after the server’s RST is still ESTABLISHED', () => {
    const wire = connected()
    wire.send(back('R', 901))
    expect(wire.send(out('S', 7000))).toBe('established')
  })

  it('after a full close opens a new entry', () => {
    const wire = connected()
    for (const bytes of [out('FA', 101, 901), back('FA', 901, 102), out('A', 102, 902)]) wire.send(bytes)
    expect(stateOf(wire)).toBe('TIME_WAIT')
    expect(wire.send(out('S', 7000))).toBe('new')
  })

  it('that is repeated without an answer renews nothing', () => {
    const wire = new Wire()
    wire.send(out('S', 100))
    wire.now += 20_000
    expect(wire.send(out('S', 100))).toBe('new')
    expect(wire.timeout()).toBe(100)
  })

  it('in LAST_ACK does not let its challenge ACK pass for the last one (RFC 5961)', () => {
    const wire = connected()
    for (const bytes of [back('FA', 901, 101), out('FA', 101, 902)]) wire.send(bytes)
    expect(stateOf(wire)).toBe('LAST_ACK')
    expect(wire.send(out('S', 7000))).toBe('established')
    expect(wire.send(back('A', 902, 102))).toBe('established/r')
    expect(stateOf(wire)).toBe('LAST_ACK')
  })
})

describe('reject with tcp reset (fidelity 18)', () => {
  it('closes a confirmed connection, and a new SYN is then no new one', () => {
    const wire = connected()
    wire.takeEvents()
    wire.track(out('PA', 101, 901, { data: 'x' }))
    wire.conntrack.closeByReset(wire.packet.entry)
    expect([stateOf(wire), wire.timeout()]).toEqual(['CLOSE', 10])
    wire.confirm()
    expect(wire.takeEvents()[0]).toContain('[UPDATE] tcp      6 10 CLOSE')
    expect(wire.send(out('S', 7000))).toBe('established')
  })

  it('leaves an unconfirmed one alone', () => {
    const wire = new Wire()
    wire.track(out('S', 100))
    wire.conntrack.closeByReset(wire.packet.entry)
    expect(stateOf(wire)).toBe('SYN_SENT')
  })
})
