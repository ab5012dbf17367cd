import { describe, expect, it } from 'vitest'
import { buildIcmp, buildTcp, buildUdp } from '../../../model/packet/index.ts'
import { IpView } from '../ip-view.ts'
import { ethernet } from '../replay.fixture.ts'
import { partitionOf, partitionOfFrame, partitions } from './partition.ts'

const viewOf = (bytes: Uint8Array, captured = bytes.length): IpView => {
  const view = new IpView()
  view.read(bytes, 0, captured)
  return view
}

const ports = { fromPort: 1024, toPort: 53 }
const question = buildUdp({ from: '10.0.0.1', to: '198.51.100.7', ...ports })
const question6 = buildUdp({ from: '2001:db8::1', to: '2001:db8:1::7', ...ports })
const home = partitionOf(viewOf(question))
const home6 = partitionOf(viewOf(question6))

/** Of other hosts than the two above, so that only what they quote can bring them home; a few, as one may fall there by chance. */
const routers = Array.from({ length: 8 }, (_, i) => `192.0.2.${i + 1}`)
const routers6 = Array.from({ length: 8 }, (_, i) => `2001:db8:2::${i + 1}`)

const hopByHop = Uint8Array.of(58, 0, 1, 4, 0, 0, 0, 0)

describe('a packet belongs to the part of', () => {
  it.each([
    ['its hosts', question, home],
    ['the same hosts the other way', buildUdp({ from: '198.51.100.7', to: '10.0.0.1', ...ports }), home],
    ['the same hosts over TCP', buildTcp({ from: '10.0.0.1', to: '198.51.100.7', ...ports }), home],
    ['the same hosts, an echo', buildIcmp({ from: '10.0.0.1', to: '198.51.100.7', type: 8 }), home],
    [
      'its hosts in a later fragment',
      buildUdp({ from: '10.0.0.1', to: '198.51.100.7', ...ports, fragmentOffset: 80 }),
      home,
    ],
    ['the same IPv6 hosts the other way', buildUdp({ from: '2001:db8:1::7', to: '2001:db8::1', ...ports }), home6],
    [
      'its IPv6 hosts in a fragment',
      buildUdp({ from: '2001:db8::1', to: '2001:db8:1::7', ...ports, moreFragments: true }),
      home6,
    ],
    ...routers.flatMap((from): [string, Uint8Array, number][] => [
      [`what ${from} quotes`, buildIcmp({ from, to: '10.0.0.1', type: 3, code: 3, payload: question }), home],
      [
        `what ${from} quotes when time is exceeded`,
        buildIcmp({ from, to: '10.0.0.1', type: 11, payload: question }),
        home,
      ],
    ]),
    ...routers6.flatMap((from): [string, Uint8Array, number][] => [
      [`what ${from} quotes`, buildIcmp({ from, to: '2001:db8::1', type: 1, payload: question6 }), home6],
      [
        `what ${from} quotes behind options`,
        buildIcmp({ from, to: '2001:db8::1', type: 2, payload: question6, options: hopByHop, optionsProtocol: 0 }),
        home6,
      ],
    ]),
  ])('%s', (_, packet, part) => {
    expect(partitionOf(viewOf(packet))).toBe(part)
  })

  it('its own hosts where an error is cut or in pieces', () => {
    for (const from of routers) {
      const echo = partitionOf(viewOf(buildIcmp({ from, to: '10.0.0.1', type: 8 })))
      const error = { from, to: '10.0.0.1', type: 3, payload: question }
      expect(partitionOf(viewOf(buildIcmp(error), 40))).toBe(echo)
      expect(partitionOf(viewOf(buildIcmp({ ...error, moreFragments: true })))).toBe(echo)
      expect(partitionOf(viewOf(buildIcmp({ ...error, fragmentOffset: 80 })))).toBe(echo)
    }
  })
})

describe('frames at a glance', () => {
  const glance = (packet: Uint8Array): number => {
    const frame = ethernet('client', 'lan', packet)
    return partitionOfFrame(frame, new DataView(frame.buffer), 0, frame.length)
  }

  it.each([
    ['udp', question],
    ['tcp', buildTcp({ from: '10.9.8.7', to: '10.0.0.1', ...ports })],
    ['a later fragment', buildUdp({ from: '10.9.8.7', to: '10.0.0.1', ...ports, fragmentOffset: 8 })],
    ['ipv6', question6],
  ])('%s belongs where a closer look puts it', (_, packet) => {
    expect(glance(packet)).toBe(partitionOf(viewOf(packet)))
  })

  it.each([
    ['an ICMP error', buildIcmp({ from: '192.0.2.1', to: '10.0.0.1', type: 3, payload: question })],
    ['an ICMPv6 error', buildIcmp({ from: '2001:db8:2::1', to: '2001:db8::1', type: 1, payload: question6 })],
    ['a packet that is too short', question.subarray(0, 12)],
    ['what only claims to be IP', new Uint8Array(40)],
  ])('%s takes a closer look', (_, packet) => {
    expect(glance(packet)).toBe(-1)
  })

  it('spread over all parts, also where both addresses count up alike', () => {
    const seen = new Set<number>()
    for (let i = 1; i < 200; i++) seen.add(glance(buildUdp({ from: `10.0.0.${i}`, to: `10.1.0.${i}`, ...ports })))
    expect(seen.size).toBe(partitions)
  })
})
