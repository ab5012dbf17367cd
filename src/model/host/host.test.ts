import { describe, expect, it } from 'vitest'
import { addressText, InvariantError, type Prefix, parseAddress, parsePrefix } from '../bytes/index.ts'
import { buildUdp, Hook, packetOf } from '../packet/index.ts'
import { fibInterface, fibType, Host, type HostConfiguration, type RouteConfiguration, RouteType } from './index.ts'

const prefix = (text: string): Prefix => {
  const parsed = parsePrefix(text)
  if (!parsed) throw new InvariantError(`not a prefix: ${text}`)
  return parsed
}
const address = (text: string): Uint8Array => parseAddress(text) ?? new Uint8Array(4)
const device = (name: string, ...addresses: string[]): HostConfiguration['interfaces'][number] => ({
  name,
  addresses: addresses.map(prefix),
  mtu: 1500,
  mac: null,
  group: 3,
})
const route = (
  to: string,
  via: string | null,
  through: string | null,
  type: RouteConfiguration['type'] = 'unicast',
): RouteConfiguration => ({
  to: prefix(to),
  via: via === null ? null : address(via),
  device: through,
  type,
})

const configuration: HostConfiguration = {
  interfaces: [
    device('wan', '203.0.113.1/24', '203.0.113.2/24', '2001:db8:1::1/64'),
    device('lan', '192.168.1.1/24', 'fd00::1/64', 'fe80::1/64'),
    device('tunnel', '10.9.9.1/32', '10.8.8.0/31'),
  ],
  routes: [
    route('0.0.0.0/0', '203.0.113.254', 'wan'),
    route('::/0', '2001:db8:1::fe', null),
    route('10.1.0.0/16', '192.168.1.7', null),
    route('10.1.2.0/24', null, null, 'blackhole'),
    route('10.1.2.3/32', null, 'tunnel'),
    route('fd99::/16', null, null, 'prohibit'),
  ],
  isForwarding: { 4: true, 6: true },
  sysctls: {},
  listening: [],
}
const host = new Host(configuration)
const typeName = (type: number): string => Object.entries(RouteType).find(([, value]) => value === type)?.[0] ?? '?'
const familyOf = (bytes: Uint8Array): 4 | 6 => (bytes.length === 4 ? 4 : 6)

describe('routes', () => {
  it.each([
    ['198.51.100.1', 'unicast wan via 203.0.113.254'],
    ['203.0.113.9', 'unicast wan'],
    ['203.0.113.1', 'local wan'],
    ['203.0.113.2', 'local wan'],
    ['203.0.113.255', 'broadcast wan'],
    ['203.0.113.0', 'unicast wan'],
    ['127.3.4.5', 'local lo'],
    ['10.1.9.9', 'unicast lan via 192.168.1.7'],
    ['10.1.2.9', 'blackhole '],
    ['10.1.2.3', 'unicast tunnel'],
    ['10.9.9.1', 'local tunnel'],
    ['10.8.8.1', 'unicast tunnel'],
    ['2001:db8:2::1', 'unicast wan via 2001:db8:1::fe'],
    ['2001:db8:1::1', 'local wan'],
    ['2001:db8:1::', 'anycast wan'],
    ['fd00::77', 'unicast lan'],
    ['fd99::1', 'prohibit '],
    ['::1', 'local lo'],
  ])('to %s: %s', (text, expected) => {
    const to = address(text)
    const found = host.route(familyOf(to), to, 0)
    expect(
      `${typeName(found.type)} ${host.interfaceName(found.output)}${found.via ? ` via ${addressText(found.via)}` : ''}`,
    ).toBe(expected)
  })

  it('through one interface leave the others out', () => {
    const to = address('fe80::9')
    expect(host.route(6, to, 0, host.interfaceIndex('lan')).type).toBe(RouteType.unicast)
    expect(host.route(6, to, 0, host.interfaceIndex('tunnel')).type).toBe(RouteType.unspecified)
  })

  it('are found again from the cache, and different for what shares its place', () => {
    const found = Array.from({ length: 5000 }, (_, i) => host.route(4, Uint8Array.of(10, 1, i >>> 8, i), 0))
    expect(found.map(({ type }) => type)).toEqual(
      found.map((_, i) => host.route(4, Uint8Array.of(10, 1, i >>> 8, i), 0, 0).type),
    )
    expect(found[2 * 256 + 3]?.output).toBe(host.interfaceIndex('tunnel'))
    expect(found[2 * 256 + 4]?.type).toBe(RouteType.blackhole)
  })
})

describe('types of addresses', () => {
  it.each([
    ['0.0.0.0', 'broadcast'],
    ['255.255.255.255', 'broadcast'],
    ['224.0.0.1', 'multicast'],
    ['0.1.2.3', 'unicast'],
    ['192.168.1.255', 'broadcast'],
    ['10.1.2.9', 'blackhole'],
    ['ff02::1', 'multicast'],
    ['fd00::1', 'local'],
  ])('%s is %s', (text, expected) => {
    const of = address(text)
    expect(typeName(host.addressType(familyOf(of), of, 0))).toBe(expected)
  })

  it('are local only on their own interface where one is asked for', () => {
    const of = address('192.168.1.1')
    expect([
      host.addressType(4, of, 0, host.interfaceIndex('lan')),
      host.addressType(4, of, 0, host.interfaceIndex('wan')),
    ]).toEqual([RouteType.local, RouteType.unicast])
  })
})

describe('sources', () => {
  it.each([
    ['198.51.100.1', '203.0.113.1'],
    ['10.1.9.9', '192.168.1.1'],
    ['203.0.113.77', '203.0.113.1'],
    ['192.168.1.1', '192.168.1.1'],
    ['2001:db8:2::1', '2001:db8:1::1'],
    ['fd00::77', 'fd00::1'],
  ])('to %s: %s', (to, from) => {
    const bytes = address(to)
    const source = host.selectSource(familyOf(bytes), host.route(familyOf(bytes), bytes, 0), bytes, 0)
    expect(source && addressText(source)).toBe(from)
  })

  it('of link-local scope where the destination is', () => {
    const to = address('fe80::9')
    const source = host.selectSource(6, host.route(6, to, 0, host.interfaceIndex('lan')), to, 0)
    expect(source && addressText(source)).toBe('fe80::1')
  })
})

/** Seen on Linux 6.18 with `fib` rules in prerouting. */
describe('fib', () => {
  const packet = (from: string, to: string): ReturnType<typeof packetOf> => {
    const made = packetOf(buildUdp({ from, to, fromPort: 1, toPort: 2 }), host.interfaceIndex('lan'))
    made.hook = Hook.prerouting
    return made
  }
  it.each([
    ['192.168.1.9', 'lan', 'lan'],
    ['203.0.113.9', '', 'wan'],
    ['9.9.9.9', '', 'wan'],
    ['192.168.1.1', '', ''],
    ['192.168.1.255', 'lan', 'lan'],
    ['10.1.2.9', '', ''],
    ['fd00::9', 'lan', 'lan'],
    ['2001:db8:9::1', '', 'wan'],
    ['fe80::5', 'lan', 'lan'],
  ])('saddr %s: tied to iif "%s", free "%s"', (from, tied, free) => {
    const of = packet(from, from.includes(':') ? '2001:db8:2::9' : '198.51.100.5')
    expect([
      host.interfaceName(fibInterface(host, of, 'saddr', 'iif')),
      host.interfaceName(fibInterface(host, of, 'saddr', 'none')),
    ]).toEqual([tied, free])
  })
  it.each([
    ['192.168.1.1', 'local', 'local'],
    ['203.0.113.1', 'local', 'unicast'],
    ['192.168.1.255', 'broadcast', 'broadcast'],
    ['198.51.100.5', 'unicast', 'unicast'],
    ['fd00::', 'anycast', 'anycast'],
    ['fd99::1', 'prohibit', 'prohibit'],
    ['ff02::1', 'multicast', 'multicast'],
  ])('daddr %s: %s, on iif %s', (to, free, tied) => {
    const of = packet(to.includes(':') ? 'fd00::9' : '192.168.1.9', to)
    expect([typeName(fibType(host, of, 'daddr', 'none')), typeName(fibType(host, of, 'daddr', 'iif'))]).toEqual([
      free,
      tied,
    ])
  })
})

describe('interfaces', () => {
  it('are numbered from the loopback on, and unknown names get a number', () => {
    expect(['lo', 'wan', 'lan', 'tunnel', 'ppp0'].map((name) => host.interfaceIndex(name))).toEqual([1, 2, 3, 4, 5])
    expect([host.interfaceName(5), host.interfaceName(99), host.interfaceGroup(2)]).toEqual(['ppp0', '', 3])
  })

  it('with a link-layer address give themselves one in fe80::/64', () => {
    const ethernet = new Host({
      ...configuration,
      interfaces: [{ ...device('eth0', 'fd00::1/64'), mac: '02:00:5e:00:53:01' }],
    })
    expect(ethernet.interfaces[1]?.addresses.map(({ address: own }) => addressText(own))).toEqual([
      'fd00::1',
      'fe80::5eff:fe00:5301',
    ])
  })
})

describe('sysctls', () => {
  it('that mean nothing here are named', () => {
    const sysctls = {
      'net.ipv4.ip_forward': 1,
      'net.ipv4.conf.lan.rp_filter': '1',
      'net.ipv4.conf.all.accept_source_route': 1,
      'net.ipv6.conf.all.accept_source_route': 0,
      'net.ipv4.no_such': 3,
    }
    expect(new Host({ ...configuration, sysctls }).unknownSysctls).toEqual([
      'net.ipv4.conf.all.accept_source_route',
      'net.ipv4.no_such',
    ])
  })

  it('of all interfaces and of one: the larger rp_filter counts', () => {
    const sysctls = {
      'net.ipv4.conf.all.rp_filter': 1,
      'net.ipv4.conf.lan.rp_filter': 2,
      'net.ipv4.conf.default.rp_filter': 0,
    }
    const filtering = new Host({ ...configuration, sysctls })
    expect([2, 3].map((index) => filtering.interfaces[index - 1]?.settings.reversePathFilter)).toEqual([1, 2])
  })
})

it('sockets take their own address, one family, or all', () => {
  const listening = ['192.168.1.1', '0.0.0.0', '::'].map((text, i) => ({
    protocol: 17,
    port: 50 + i,
    address: address(text),
  }))
  const server = new Host({ ...configuration, listening })
  const takes = (port: number, text: string): boolean => {
    const of = address(text)
    return server.isListening(17, port, of, 0, of.length === 4 ? 4 : 16)
  }
  expect([
    takes(50, '192.168.1.1'),
    takes(50, '203.0.113.1'),
    takes(51, '203.0.113.1'),
    takes(51, 'fd00::1'),
    takes(52, 'fd00::1'),
    takes(52, '203.0.113.1'),
  ]).toEqual([true, false, true, false, true, true])
})
