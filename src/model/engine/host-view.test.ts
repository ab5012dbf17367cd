import { describe, expect, it } from 'vitest'
import { parseAddress, parsePrefix, readInt32 } from '../bytes/index.ts'
import { Host, type HostConfiguration, withBroadcast } from '../host/index.ts'
import { buildUdp, decode, Packet } from '../packet/index.ts'
import { routerConfiguration, routeTo } from './engine.fixture.ts'
import { makeHostView } from './host-view.ts'

const withBroadcasts: HostConfiguration = {
  ...routerConfiguration,
  interfaces: routerConfiguration.interfaces.map((device) => ({
    ...device,
    addresses: device.addresses.map(withBroadcast),
  })),
}

const words = (text: string): Int32Array => {
  const bytes = parseAddress(text) ?? new Uint8Array(4)
  return Int32Array.from({ length: 4 }, (_, i) => (4 * i < bytes.length ? readInt32(bytes, 4 * i) : 0))
}

describe('the mask of a broadcast (nf_conntrack_broadcast)', () => {
  const maskOf = (
    to: string,
    configuration: HostConfiguration,
    isFromSocket = true,
    through = 'lan',
  ): string | null => {
    const host = new Host(configuration)
    const packet = new Packet()
    packet.bytes = buildUdp({ from: '192.168.1.1', to, fromPort: 5137, toPort: 137 })
    decode(packet, packet.bytes.length)
    packet.output = host.interfaceIndex(through)
    const mask = makeHostView(host, () => isFromSocket).broadcastMask(packet)
    return mask && (mask[0]! >>> 0).toString(16)
  }

  it.each([
    ['to the network of its interface is that of the address', '192.168.1.255', 'lan', 'ffffff00'],
    ['to another network than its interface has is none', '203.0.113.255', 'lan', null],
    ['to everyone is none: no address has that one set', '255.255.255.255', 'lan', null],
    ['to a host is none', '192.168.1.9', 'lan', null],
  ])('%s', (_, to, through, mask) => {
    expect(maskOf(to, withBroadcasts, true, through)).toBe(mask)
  })

  it('there is none where the address was added without its broadcast address, though the packet is a broadcast', () => {
    expect(maskOf('192.168.1.255', routerConfiguration)).toBeNull()
  })

  it('there is none of a packet that no local socket sent', () => {
    expect(maskOf('192.168.1.255', withBroadcasts, false)).toBeNull()
  })

  it('another broadcast address that was set counts, the last one of the network then not', () => {
    const prefix = parsePrefix('192.168.1.1/24') ?? { address: new Uint8Array(4), length: 0 }
    const odd = { ...prefix, broadcast: Uint8Array.of(192, 168, 7, 7) }
    const lan = { name: 'lan', addresses: [odd], mtu: 1500, mac: null, group: 0 }
    const configuration = { ...routerConfiguration, interfaces: [lan], routes: [] }
    expect(['192.168.7.7', '192.168.1.255'].map((to) => maskOf(to, configuration))).toEqual(['ffffff00', null])
  })
})

describe('ways to two addresses', () => {
  const routes = [
    ...routerConfiguration.routes,
    routeTo('10.9.0.0/16', '10.0.0.2', 'dmz'),
    routeTo('10.8.0.0/16', '10.0.0.3', 'dmz'),
  ]
  const view = makeHostView(new Host({ ...routerConfiguration, routes }), () => false)

  it.each([
    ['through the same router', '10.9.1.1', '10.9.2.2', true, true],
    ['through two routers on one interface', '10.9.1.1', '10.8.1.1', false, true],
    ['two neighbours on one link', '192.168.1.10', '192.168.1.11', false, true],
    ['one neighbour', '192.168.1.10', '192.168.1.10', true, true],
    ['on two interfaces', '192.168.1.10', '10.0.0.9', false, false],
    ['the host itself, on two of its addresses', '192.168.1.1', '10.0.0.1', false, true],
  ] as const)('%s', (_, one, other, isSameWay, isSameInterface) => {
    expect([view.isSameWay(4, words(one), words(other)), view.isSameInterface(4, words(one), words(other))]).toEqual([
      isSameWay,
      isSameInterface,
    ])
  })

  it('IPv6 alike', () => {
    expect(view.isSameWay(6, words('2001:db8:9::1'), words('2001:db8:9::2'))).toBe(true)
    expect(view.isSameWay(6, words('fd00::9'), words('fd00::a'))).toBe(false)
    expect(view.isSameInterface(6, words('fd00::9'), words('fd01::a'))).toBe(false)
  })
})
