import { describe, expect, test } from 'vitest'
import { buildIcmp, buildIp, buildTcp, buildUdp, IcmpType, Protocol } from '../packet/index.ts'
import { destination, masquerade, redirect, source, TranslatedWire, to, verdict } from './translated.fixture.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'

const udp = (from: string, fromPort: number, toward: string, toPort: number): Uint8Array =>
  buildUdp({ from, fromPort, to: toward, toPort, payload: 'hello' })
const syn = (from: string, fromPort: number, toward: string, toPort: number): Uint8Array =>
  buildTcp({ from, fromPort, to: toward, toPort })
/** Addresses and ports of a packet's text. */
const way = (line: string): string => line.match(/\S+ > \S+/)?.[0] ?? line

describe('one half of a translation', () => {
  test('sources change on the way out, and answers find their way back', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1'))] })
    expect(way(wire.send(udp(client, 1000, server, 53)))).toBe('203.0.113.1:1000 > 198.51.100.5:53')
    expect(wire.status).toBe('snat,snat-done,dnat-done')
    expect(way(wire.send(udp(server, 53, '203.0.113.1', 1000)))).toBe('198.51.100.5:53 > 192.168.1.10:1000')
  })

  test('destinations change on the way in, and answers come from where they were wanted', () => {
    const wire = new TranslatedWire({ prerouting: [destination(to('10.0.0.5:8080'))] })
    expect(way(wire.send(syn(server, 1000, '203.0.113.1', 80)))).toBe('198.51.100.5:1000 > 10.0.0.5:8080')
    expect(wire.status).toBe('dnat,snat-done,dnat-done')
    const answer = buildTcp({
      from: '10.0.0.5',
      fromPort: 8080,
      to: server,
      toPort: 1000,
      flags: 'SA',
      acknowledgment: 1,
    })
    expect(way(wire.send(answer))).toBe('203.0.113.1:80 > 198.51.100.5:1000')
  })

  test('what no rule translates is settled as it is', () => {
    const wire = new TranslatedWire({})
    expect(way(wire.send(udp(client, 1000, server, 53)))).toBe('192.168.1.10:1000 > 198.51.100.5:53')
    expect(wire.status).toBe('snat-done,dnat-done')
  })

  test('IPv6 is translated alike', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('2001:db8:1::1'))] })
    expect(wire.send(udp('fd00::10', 1000, '2001:db8:2::5', 53))).toContain('2001:db8:1::1')
    expect(wire.send(udp('2001:db8:2::5', 53, '2001:db8:1::1', 1000))).toContain('fd00::10')
  })

  test('a network is exchanged, the host part kept', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.0-203.0.113.255', { isNetmap: true }))] })
    expect(way(wire.send(udp(client, 1000, server, 53)))).toBe('203.0.113.10:1000 > 198.51.100.5:53')
  })
})

describe('chains', () => {
  test('accept alone does not keep the next chain from being asked', () => {
    const wire = new TranslatedWire({ postrouting: [verdict('accept'), source(to('203.0.113.1'))] })
    expect(way(wire.send(udp(client, 1000, server, 53)))).toBe('203.0.113.1:1000 > 198.51.100.5:53')
  })

  test('a chain that translates ends the search', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1')), verdict('drop')] })
    expect(way(wire.send(udp(client, 1000, server, 53)))).toBe('203.0.113.1:1000 > 198.51.100.5:53')
  })

  test('drop drops, and nothing is remembered', () => {
    const wire = new TranslatedWire({ postrouting: [verdict('drop')] })
    expect(wire.send(udp(client, 1000, server, 53))).toBe('dropped:rule')
    expect(wire.conntrack.count).toBe(0)
  })

  test('only the first packet of a connection meets them', () => {
    let asked = 0
    const counting = () => () => {
      asked++
      return 1 as const
    }
    const wire = new TranslatedWire({ prerouting: [counting], postrouting: [counting] })
    for (let i = 0; i < 3; i++) wire.send(udp(client, 1000, server, 53))
    wire.send(udp(server, 53, client, 1000))
    expect(asked).toBe(2)
  })
})

describe('ports', () => {
  test.each([
    [100, 1, 511],
    [600, 600, 1023],
    [5000, 1024, 65535],
  ])('a second client with port %i gets one from %i to %i', (port, least, most) => {
    for (const chance of [0, 0.3, 0.999]) {
      const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1'))] }, () => chance)
      wire.send(udp(client, port, server, 53))
      const second = wire.send(udp('192.168.1.20', port, server, 53))
      const given = Number(second.match(/203\.0\.113\.1:(\d+)/)?.[1])
      expect(given).not.toBe(port)
      expect(given).toBeGreaterThanOrEqual(least)
      expect(given).toBeLessThanOrEqual(most)
    }
  })

  test('the same client and port keep their translation towards others', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1-203.0.113.200'))] })
    const first = way(wire.send(udp(client, 1000, server, 53))).split(' ')[0]
    expect(first).toBe('203.0.113.170:1000')
    expect(way(wire.send(udp(client, 1000, '8.8.8.8', 53))).split(' ')[0]).toBe(first)
    expect(way(wire.send(udp(client, 1001, '8.8.8.8', 53))).split(' ')[0]).not.toBe(first)
  })

  test('they forget it when its connections are gone', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1-203.0.113.200'))] })
    wire.send(udp(client, 1000, server, 53))
    wire.conntrack.kill(wire.packet.entry)
    expect(way(wire.send(udp(client, 1000, '10.0.0.5', 53)))).toBe('203.0.113.193:1000 > 10.0.0.5:53')
  })

  test('an ICMP identifier is one number for both directions', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1'))] }, () => 0.5)
    const ping = (from: string): Uint8Array =>
      buildIcmp({ from, to: server, type: IcmpType.echoRequest, identifier: 7, sequence: 1 })
    wire.send(ping(client))
    wire.send(ping('192.168.1.20'))
    expect(wire.packet.bytes[24]).toBe(0x80)
    expect(wire.packet.bytes[25]).toBe(0)
  })

  test('destination ports are tried in order, and where all are taken the source port gives way behind them', () => {
    const wire = new TranslatedWire({ prerouting: [destination(to('10.0.0.5:8000-8001'))] })
    const reach = (host: string): string => way(wire.send(syn(server, 1000, host, 80)))
    expect(reach('203.0.113.1')).toBe('198.51.100.5:1000 > 10.0.0.5:8000')
    expect(reach('203.0.113.2')).toBe('198.51.100.5:1000 > 10.0.0.5:8001')
    expect(reach('203.0.113.3')).toBe('198.51.100.5:600 > 10.0.0.5:8001')
  })

  test('a single port is given to all who ask: the second TCP connection is dropped', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1:4000'))] })
    expect(way(wire.send(syn(client, 1000, server, 80)))).toBe('203.0.113.1:4000 > 198.51.100.5:80')
    expect(wire.send(syn('192.168.1.20', 1000, server, 80))).toBe('dropped:clash')
  })

  test('a shifted range keeps the distance from its base', () => {
    const wire = new TranslatedWire({ prerouting: [destination(to('10.0.0.5:8000-8100', { basePort: 80 }))] })
    expect(way(wire.send(syn(server, 1000, '203.0.113.1', 83)))).toBe('198.51.100.5:1000 > 10.0.0.5:8003')
  })

  test('random chooses even where the port is free', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1', { isRandom: true }))] }, () => 0.25)
    expect(way(wire.send(udp(client, 1000, server, 53)))).not.toContain('203.0.113.1:1000 ')
    expect(wire.conntrack.isDrawn(wire.packet.entry)).toBe(true)
  })

  test('a port that is kept was not drawn by lot', () => {
    const wire = new TranslatedWire({ postrouting: [masquerade()] })
    wire.send(udp(client, 1000, server, 53))
    expect(wire.conntrack.isDrawn(wire.packet.entry)).toBe(false)
  })
})

describe('own addresses', () => {
  test('a masqueraded connection that leaves by another interface is destroyed', () => {
    const wire = new TranslatedWire({ postrouting: [masquerade()] })
    expect(way(wire.send(udp(client, 1000, server, 53)))).toBe('203.0.113.1:1000 > 198.51.100.5:53')
    wire.output = 3
    expect(wire.send(udp(client, 1000, server, 53))).toBe('dropped:interface')
    expect(wire.conntrack.count).toBe(0)
    expect(way(wire.send(udp(client, 1000, server, 53)))).toBe('203.0.113.1:1000 > 198.51.100.5:53')
  })

  test('so is one whose address masquerading did not change', () => {
    const wire = new TranslatedWire({ postrouting: [masquerade()] })
    wire.send(udp('203.0.113.1', 1000, server, 53))
    expect(wire.status).toBe('snat-done,dnat-done')
    wire.output = 3
    expect(wire.send(udp('203.0.113.1', 1000, server, 53))).toBe('dropped:interface')
  })

  test('one that was translated otherwise is not tied to an interface', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1'))] })
    wire.send(udp(client, 1000, server, 53))
    wire.output = 3
    expect(way(wire.send(udp(client, 1000, server, 53)))).toBe('203.0.113.1:1000 > 198.51.100.5:53')
  })

  test('without an address there is no masquerading and no redirecting', () => {
    const out = new TranslatedWire({ postrouting: [masquerade()] })
    out.own = null
    expect(out.send(udp(client, 1000, server, 53))).toBe('dropped:address')
    const into = new TranslatedWire({ prerouting: [redirect()] })
    into.own = null
    expect(into.send(udp(client, 1000, server, 53))).toBe('dropped:address')
  })

  test('redirecting sends to the own address, with a port if one is given', () => {
    const wire = new TranslatedWire({ prerouting: [redirect(to(':8080'))] })
    expect(way(wire.send(syn(client, 1000, server, 80)))).toBe('192.168.1.10:1000 > 203.0.113.1:8080')
  })

  test('who has no address yet is not masqueraded', () => {
    const wire = new TranslatedWire({ postrouting: [masquerade()] })
    expect(way(wire.send(udp('0.0.0.0', 68, '255.255.255.255', 67)))).toBe('0.0.0.0:68 > 255.255.255.255:67')
  })
})

describe('ICMP errors (fidelity 12 to 15)', () => {
  const error = (quoted: Uint8Array, type: number = IcmpType.destinationUnreachable, checksum?: number): Uint8Array =>
    buildIcmp({
      from: '198.51.100.99',
      to: '203.0.113.1',
      type,
      payload: quoted,
      ...(checksum === undefined ? {} : { checksum }),
    })

  const translated = (isChecksumVerified = true): { wire: TranslatedWire; seen: Uint8Array } => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1:4000'))] }, undefined, {
      isChecksumVerified,
    })
    wire.send(udp(client, 1000, server, 53))
    return { wire, seen: wire.packet.bytes.slice() }
  }

  test('what is quoted looks again as its sender made it', () => {
    const { wire, seen } = translated()
    expect(wire.send(error(seen))).toContain('192.168.1.10')
    expect([...wire.packet.bytes.subarray(28)]).toEqual([...udp(client, 1000, server, 53)])
  })

  test('eight bytes behind the quoted header are needed', () => {
    const { wire, seen } = translated()
    expect(wire.send(error(seen.subarray(0, 28)))).toContain('192.168.1.10')
    expect(wire.send(error(seen.subarray(0, 27)))).toBe('dropped:error')
  })

  test('a redirect about a translated connection is dropped', () => {
    const { wire, seen } = translated()
    expect(wire.send(error(seen, IcmpType.redirect))).toBe('dropped:error')
    const plain = new TranslatedWire({})
    plain.send(udp('203.0.113.1', 1000, server, 53))
    expect(plain.send(error(plain.packet.bytes, IcmpType.redirect))).toContain('redirect')
  })

  test('a wrong checksum is not made right: the error is dropped', () => {
    const { wire, seen } = translated(false)
    expect(wire.send(error(seen, IcmpType.destinationUnreachable, 0x1234))).toBe('dropped:error')
  })
})

describe('headers', () => {
  test('a GRE packet that ends behind its first four bytes is dropped when it is translated', () => {
    const gre = buildIp({ from: client, to: server }, Protocol.gre, Uint8Array.of(0, 0, 8, 0))
    expect(new TranslatedWire({}).send(gre)).not.toContain('dropped')
    expect(new TranslatedWire({ postrouting: [source(to('203.0.113.1'))] }).send(gre)).toBe('dropped:header')
  })

  test('a finished connection gives its port to a new one when few are left', () => {
    const wire = new TranslatedWire({ postrouting: [source(to('203.0.113.1:4000-4001'))] })
    const segment = (from: string, flags: string, sequence: number, acknowledgment = 0): Uint8Array =>
      buildTcp({ from, fromPort: 1000, to: server, toPort: 80, flags, sequence, acknowledgment })
    wire.send(segment(client, 'S', 100))
    const first = wire.packet.entry
    const port = wire.conntrack.port(first, 1, 1)
    const back = (flags: string, sequence: number, acknowledgment: number): void => {
      wire.send(
        buildTcp({ from: server, fromPort: 80, to: '203.0.113.1', toPort: port, flags, sequence, acknowledgment }),
      )
    }
    back('SA', 900, 101)
    wire.send(segment(client, 'FA', 101, 901))
    back('FA', 901, 102)
    wire.send(segment(client, 'A', 102, 902))
    wire.send(segment('192.168.1.20', 'S', 50))
    expect(wire.send(segment('192.168.1.30', 'S', 50))).toBe('dropped:clash')
    expect(way(wire.send(segment('192.168.1.30', 'S', 5000)))).toBe(`203.0.113.1:${port} > 198.51.100.5:80`)
  })
})
