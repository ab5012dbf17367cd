import { describe, expect, it } from 'vitest'
import { echo, icmp, ip, tcp, text, udp, Wire } from './wire.fixture.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'
const router = '203.0.113.9'
const client6 = 'fd00::10'
const server6 = '2001:db8::5'
const router6 = '2001:db8::fe'

const request = udp(client, 1000, server, 53, '12345678')
const request6 = udp(client6, 1000, server6, 53, '12345678')

/** A wire on which the request went out. */
function afterRequest(): Wire {
  const wire = new Wire()
  expect(wire.send(request)).toBe('new')
  expect(wire.send(request6)).toBe('new')
  wire.takeEvents()
  return wire
}

const patched = (bytes: Uint8Array, at: number, value: number): Uint8Array => bytes.with(at, value)

describe('ICMPv4 types (fidelity 1)', () => {
  it.each([3, 4, 5, 11, 12])('%i is an error, whatever its code', (type) => {
    const wire = afterRequest()
    expect(wire.send(icmp(router, client, type, 0, 0, request))).toBe('related/r')
    expect(wire.send(icmp(router, client, type, 255, 0, request))).toBe('related/r')
  })

  it.each([8, 13, 15, 17])('%i is a request', (type) => {
    expect(new Wire().send(icmp(client, server, type, 0, 7 << 16))).toBe('new')
  })

  it.each([
    [0, 'icmp-no-request'],
    [9, 'icmp-no-request'],
    [10, 'icmp-no-request'],
    [14, 'icmp-no-request'],
    [16, 'icmp-no-request'],
    [18, 'icmp-no-request'],
    [42, 'icmp-type'],
  ] as const)('%i unasked is INVALID', (type, reason) => {
    expect(new Wire().send(icmp(server, client, type, 0, 0, request))).toBe(`invalid:${reason}`)
  })
})

describe('ICMPv6 types (fidelity 2)', () => {
  it.each([0, 1, 2, 3, 4, 5, 99, 127])('%i is an error', (type) => {
    expect(afterRequest().send(icmp(router6, client6, type, 0, 0, request6))).toBe('related/r')
  })
  it.each([128, 139])('%i is a request', (type) => {
    expect(new Wire().send(icmp(client6, server6, type, 0, 7 << 16))).toBe('new')
  })
  it.each([130, 131, 132, 133, 134, 135, 136, 143, 151, 152])('%i is untracked', (type) => {
    expect(new Wire().send(icmp(client6, server6, type, 0))).toBe('untracked')
  })
  it.each([129, 137, 138, 140, 141, 142, 144, 153, 155, 200, 255])('%i unasked is INVALID', (type) => {
    expect(new Wire().send(icmp(server6, client6, type, 0))).toMatch(/^invalid/)
  })
  it('a neighbour solicitation with a wrong checksum is INVALID, not untracked', () => {
    const wrong = patched(icmp(client6, server6, 135, 0), 43, 1)
    expect(new Wire().send(wrong)).toBe('invalid:checksum')
  })
})

describe('an error', () => {
  it('has no entry, changes nothing and is told to nobody (fidelity 3)', () => {
    const wire = new Wire({ isAccounting: true })
    wire.send(request)
    wire.takeEvents()
    wire.now += 5000
    wire.send(icmp(router, client, 3, 1, 0, request))
    const { entry } = wire.packet
    expect(wire.status()).toBe('confirmed')
    expect([wire.conntrack.packets(entry, 0), wire.conntrack.packets(entry, 1)]).toEqual([1, 0])
    expect(wire.timeout()).toBe(25)
    expect(wire.takeEvents()).toEqual([])
    expect(wire.conntrack.count).toBe(1)
    expect(wire.send(request)).toBe('new')
  })

  it('about a reply runs in the original direction, also if no reply was seen (fidelity 4)', () => {
    const wire = afterRequest()
    expect(wire.send(icmp(client, server, 3, 3, 0, udp(server, 53, client, 1000)))).toBe('related')
  })

  it('about every state of a TCP flow is RELATED (fidelity 8)', () => {
    const wire = new Wire()
    const error = icmp(router, client, 3, 1, 0, tcp(client, 1, server, 80, 'A', { sequence: 123_456_789 }))
    wire.send(tcp(client, 1, server, 80, 'S', { sequence: 100 }))
    expect(wire.send(error)).toBe('related/r')
    wire.send(tcp(server, 80, client, 1, 'SA', { sequence: 900, acknowledgment: 101 }))
    wire.send(tcp(client, 1, server, 80, 'A', { sequence: 101, acknowledgment: 901 }))
    expect(wire.send(error)).toBe('related/r')
    wire.send(tcp(client, 1, server, 80, 'R', { sequence: 101 }))
    expect(wire.send(error)).toBe('related/r')
  })

  it('may come from any router, but must go to the sender of what it quotes (fidelity 5)', () => {
    const wire = afterRequest()
    expect(wire.send(icmp('8.8.8.8', client, 3, 1, 0, request))).toBe('related/r')
    expect(wire.send(icmp(router, '192.168.1.11', 3, 1, 0, request))).toBe('invalid:icmp-outer-destination')
  })
})

describe('the quoted packet (fidelity 6, 7)', () => {
  const other = (bytes: Uint8Array): Uint8Array => icmp(router, client, 3, 1, 0, bytes)
  it.each([
    ['cut behind its ports', request.subarray(0, 24)],
    ['with a wrong IP checksum', patched(request, 10, 0)],
    ['with TTL 0', patched(request, 8, 0)],
    ['with a lying length', patched(request, 3, 255)],
    ['that says it is IPv6 (observed)', patched(request, 0, 0x65)],
    ['that is a first fragment', patched(request, 6, 0x20)],
  ] as const)('%s is known', (_, bytes) => {
    expect(afterRequest().send(other(bytes))).toBe('related/r')
  })

  it.each([
    ['cut inside its ports', request.subarray(0, 23), 'icmp-inner-header'],
    ['with too short a header', patched(request, 0, 0x44), 'icmp-unknown-inner-flow'],
    ['with a header beyond the packet', patched(request.subarray(0, 28), 0, 0x4f), 'icmp-inner-header'],
    ['that is a later fragment', patched(request, 7, 1), 'icmp-inner-header'],
    ['of another port', patched(request, 23, 54), 'icmp-unknown-inner-flow'],
    ['of another protocol', patched(request, 9, 6), 'icmp-unknown-inner-flow'],
    ['that is an error itself', icmp(client, router, 3, 1, 0, request), 'icmp-inner-kind'],
    ['of an unknown flow', udp('10.0.0.1', 1, server, 2), 'icmp-unknown-inner-flow'],
  ] as const)('%s is INVALID, never NEW', (_, bytes, reason) => {
    expect(afterRequest().send(other(bytes))).toBe(`invalid:${reason}`)
  })

  it.each([
    ['28 bytes of an echo are enough', 28, 'related/r'],
    ['27 are not', 27, 'invalid:icmp-inner-header'],
  ] as const)('%s', (_, length, state) => {
    const wire = new Wire()
    wire.send(echo(client, server, 7))
    expect(wire.send(icmp(router, client, 11, 0, 0, echo(client, server, 7).subarray(0, length)))).toBe(state)
  })

  it('that is a reply to a request flow is INVALID as long as the flow runs the other way', () => {
    const wire = new Wire()
    wire.send(echo(client, server, 7))
    expect(wire.send(icmp(router, client, 11, 0, 0, echo(client, server, 7, true)))).toBe(
      'invalid:icmp-unknown-inner-flow',
    )
  })

  it.each([
    ['44 bytes of IPv6 are enough', 44, 'related/r'],
    ['43 are not', 43, 'invalid:icmp-inner-header'],
  ] as const)('%s', (_, length, state) => {
    expect(afterRequest().send(icmp(router6, client6, 1, 4, 0, request6.subarray(0, length)))).toBe(state)
  })

  it('may have IPv6 extension headers', () => {
    const options = Uint8Array.of(17, 0, 1, 4, 0, 0, 0, 0, ...request6.subarray(40))
    expect(afterRequest().send(icmp(router6, client6, 1, 4, 0, ip(client6, server6, 0, options)))).toBe('related/r')
  })

  it('that was not tracked is unknown', () => {
    const wire = new Wire()
    expect(wire.send(icmp(router, client, 3, 1, 0, udp(client, 2000, server, 53)))).toBe(
      'invalid:icmp-unknown-inner-flow',
    )
  })

  it('of another zone is unknown (fidelity 36)', () => {
    const wire = new Wire()
    wire.send(request, { zone: [1, 1] })
    expect(wire.send(icmp(router, client, 3, 1, 0, request))).toBe('invalid:icmp-unknown-inner-flow')
    expect(wire.send(icmp(router, client, 3, 1, 0, request), { zone: [1, 1] })).toBe('related/r')
    expect(wire.send(udp(server, 53, client, 1000))).toBe('new')
  })
})

describe('checksums (fidelity 7, 31)', () => {
  const wrong = patched(icmp(router, client, 3, 1, 0, request), 23, 0)
  it('a wrong one makes an error INVALID', () => {
    expect(afterRequest().send(wrong)).toBe('invalid:checksum')
  })
  it('unless they are not verified', () => {
    const wire = new Wire({ isChecksumVerified: false })
    wire.send(request)
    expect(wire.send(wrong)).toBe('related/r')
  })
  it('or the packet is the host’s own', () => {
    expect(afterRequest().send(wrong, { hook: 3 })).toBe('related/r')
  })
})

describe('ICMPv6 redirects', () => {
  const option = Uint8Array.of(4, 1, 0, 0, 0, 0, 0, 0, ...request6)
  const redirect = (of: { source?: string; hopLimit?: number; code?: number; option?: Uint8Array }): Uint8Array => {
    const addresses = new Uint8Array(32)
    const made = icmp(
      of.source ?? 'fe80::1',
      client6,
      137,
      of.code ?? 0,
      0,
      Uint8Array.of(...addresses, ...(of.option ?? option)),
    )
    made[7] = of.hopLimit ?? 255
    return made
  }

  it.each([
    ['is RELATED if all is in order', {}, 'related/r'],
    ['must come from a link-local address', { source: router6 }, 'invalid:icmpv6-redirect'],
    ['must have hop limit 255', { hopLimit: 64 }, 'invalid:icmpv6-redirect'],
    ['must have an option', { option: new Uint8Array(0) }, 'invalid:icmpv6-redirect'],
    ['must have an option with a length', { option: Uint8Array.of(4, 0, ...request6) }, 'invalid:icmpv6-redirect'],
    [
      'must quote a packet first',
      { option: Uint8Array.of(2, 1, ...text('123456'), ...request6) },
      'invalid:icmp-no-request',
    ],
    ['must have code 0', { code: 1 }, 'invalid:icmp-no-request'],
  ] as const)('%s', (_, of, state) => {
    expect(afterRequest().send(redirect(of))).toBe(state)
  })
})
