import { describe, expect, it } from 'vitest'
import { Host, type HostConfiguration } from '../../../model/host/index.ts'
import { buildTcp, buildUdp } from '../../../model/packet/index.ts'
import { createLinkLayer, decodeLink } from '../../capture/index.ts'
import { IpView } from '../ip-view.ts'
import { MadePackets, RecentPackets } from '../recent-packets.ts'
import { captureOf, ethernet, type MacName, readAll, router, routerWithoutMacs } from '../replay.fixture.ts'
import { HostVantage } from './at-host.ts'
import { createPlacement } from './placement.ts'
import { Survey } from './survey.ts'

const client = '10.0.1.2'
const server = '10.0.2.2'
const udp = (from: string, to: string, ttl = 64): Uint8Array =>
  buildUdp({ from, to, fromPort: 1000, toPort: 53, payload: 'x', ttl })

/** What the vantage makes of each frame: `receive lan`, `send`, `result`, `skip other-machines`. */
function placements(
  configuration: HostConfiguration,
  frames: readonly Uint8Array[],
  linkType = 1,
  interfaceName?: string,
): string[] {
  const survey = new Survey()
  const capture = captureOf(frames, linkType)
  readAll(capture, (frame) => survey.feed(frame, 0))
  const host = new Host(configuration)
  const recent = new RecentPackets()
  const around = {
    configuration,
    survey,
    recent,
    made: new MadePackets(),
    interfaceIndex: (name: string): number => host.interfaceIndex(name),
    interfaceTowards: (bytes: Uint8Array, at: number, family: 4 | 6): number => host.route(family, bytes, at).output,
    captureInterfaceName: (): string | undefined => interfaceName,
  }
  const vantage = new HostVantage(around, [])
  const link = createLinkLayer()
  const view = new IpView()
  const placement = createPlacement()
  const seen: string[] = []
  let number = 0
  readAll(capture, (frame) => {
    decodeLink(frame, link)
    view.read(frame.bytes, link.networkStart, link.networkStart + link.networkLength)
    vantage.place(frame, link, view, placement)
    if (placement.act === 'receive' || placement.act === 'send') recent.note(view, ++number)
    const detail =
      placement.act === 'receive'
        ? ` ${host.interfaceName(placement.interface)}`
        : placement.act === 'skip'
          ? ` ${placement.skip}`
          : ''
    seen.push(placement.act + detail)
  })
  return seen
}

describe('a capture on the box, by MAC address', () => {
  const forwarded: readonly (readonly [MacName, MacName, Uint8Array])[] = [
    ['client', 'lan', udp(client, server)],
    ['wan', 'server', udp(client, server, 63)],
  ]
  const cases: readonly (readonly [string, readonly (readonly [MacName, MacName, Uint8Array])[], readonly string[]])[] =
    [
      [
        'a forwarded packet is received once; its copy on the way out is a result',
        forwarded,
        ['receive lan', 'result'],
      ],
      ['a packet to the box is received', [['client', 'lan', udp(client, '10.0.1.1')]], ['receive lan']],
      ['a packet of the box is sent', [['wan', 'server', udp('10.0.2.1', server)]], ['send']],
      [
        'what others say to each other is not ours',
        [['stranger', 'server', udp('10.0.2.66', server)]],
        ['skip other-machines'],
      ],
      [
        'a broadcast is received',
        [...forwarded, ['client', 'everybody', udp(client, '10.0.1.255')]],
        ['receive lan', 'result', 'receive lan'],
      ],
      ['a forged source comes in where its frame came in', [['server', 'wan', udp(client, server)]], ['receive wan']],
    ]
  it.each(cases)('%s', (_name, frames, expected) => {
    const bytes = frames.map(([from, to, packet]) => ethernet(from, to, packet))
    // Both sides are seen, so that nothing has to be inferred from what is missing.
    const both = [
      ethernet('client', 'lan', udp(client, '10.0.1.1')),
      ethernet('server', 'wan', udp(server, '10.0.2.1')),
    ]
    expect(placements(router, [...both, ...bytes]).slice(2)).toEqual(expected)
  })

  it('takes tagged frames for the VLAN interface', () => {
    const tagged = (packet: Uint8Array): Uint8Array => {
      const bytes = ethernet('client', 'lan', packet)
      return Uint8Array.from([...bytes.slice(0, 12), 0x81, 0, 0, 10, ...bytes.slice(12)])
    }
    const child = { name: 'lan.10', addresses: [], mtu: 1500, mac: null, group: 0 }
    const trunk = { ...router, interfaces: [...router.interfaces, child] }
    expect(placements(trunk, [tagged(udp(client, server)), ethernet('client', 'lan', udp(client, server))])).toEqual([
      'receive lan.10',
      'receive lan',
    ])
  })

  it('learns MAC addresses that the description leaves out', () => {
    const frames = [
      ethernet('client', 'lan', udp(client, '10.0.1.1')),
      ethernet('server', 'wan', udp(server, '10.0.2.1')),
      ethernet('client', 'lan', udp(client, server)),
      ethernet('wan', 'server', udp(client, server, 63)),
      ethernet('stranger', 'server', udp('10.0.2.66', server)),
    ]
    expect(placements(routerWithoutMacs, frames)).toEqual([
      'receive lan',
      'receive wan',
      'receive lan',
      'result',
      'skip other-machines',
    ])
  })

  it('takes packets as they left where their arrival is not in the capture', () => {
    const frames = [ethernet('wan', 'server', udp(client, server, 63)), ethernet('server', 'wan', udp(server, client))]
    expect(placements(router, frames)).toEqual(['receive lan', 'receive wan'])
  })
})

describe('a capture on the box without link layer', () => {
  it('goes by addresses and routes, and knows copies by their time to live', () => {
    const frames = [
      udp(client, server, 64),
      udp(client, server, 63),
      udp('10.0.2.1', server),
      buildTcp({ from: server, to: '10.0.2.1', fromPort: 1, toPort: 22 }),
    ]
    expect(placements(router, frames, 101)).toEqual(['receive lan', 'result', 'send', 'receive wan'])
  })
})

/** Linux cooked v2: protocol, interface number, ARPHRD, packet type, address. */
function cooked(interfaceNumber: number, packetType: number, packet: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(20 + packet.length)
  bytes.set([8, 0, 0, 0, 0, 0, 0, interfaceNumber, 0, 1, packetType, 6, 2, 0, 0, 0, 9, 9])
  bytes.set(packet, 20)
  return bytes
}

describe('a cooked capture (-i any)', () => {
  it('learns from routes which interface has which number, and takes copies for results', () => {
    const frames = [
      cooked(7, 0, udp(client, server)),
      cooked(9, 4, udp(client, server, 63)),
      cooked(9, 0, udp(server, client)),
      cooked(7, 4, udp(server, client, 63)),
      cooked(9, 4, udp('10.0.2.1', server)),
      cooked(9, 3, udp('10.0.2.66', server)),
      // A forged source does not make the packet come from elsewhere.
      cooked(9, 0, udp('10.0.1.77', server)),
    ]
    expect(placements(router, frames, 276)).toEqual([
      'receive lan',
      'result',
      'receive wan',
      'result',
      'send',
      'skip other-machines',
      'receive wan',
    ])
  })

  it('takes a packet to oneself once', () => {
    const frames = [cooked(1, 4, udp('127.0.0.1', '127.0.0.1')), cooked(1, 0, udp('127.0.0.1', '127.0.0.1'))]
    expect(placements(router, frames, 276)).toEqual(['send', 'skip loopback-copy'])
  })
})
