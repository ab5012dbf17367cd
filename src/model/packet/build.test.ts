import { describe, expect, it } from 'vitest'
import { fold, sumPseudoHeader, sumWords } from '../bytes/index.ts'
import { buildIcmp, buildTcp, buildUdp, decode, Malformed, packetOf } from './index.ts'

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

describe('built packets', () => {
  it('are the bytes that another builder gives', () => {
    const udp = buildUdp({
      from: '192.168.1.2',
      to: '192.168.1.1',
      fromPort: 1,
      toPort: 2,
      payload: 'hi',
      id: 7,
      ttl: 9,
    })
    expect(hex(udp)).toBe('4500001e0007000009112e75c0a80102c0a8010100010002000a141a6869')
  })

  const four = { from: '10.0.0.2', to: '198.51.100.2' }
  const six = { from: '2001:db8:1::2', to: '2001:db8:2::2' }
  const cases: readonly (readonly [string, Uint8Array, number])[] = [
    ['udp over IPv4', buildUdp({ ...four, fromPort: 4000, toPort: 53, payload: 'odd' }), 17],
    ['udp over IPv6', buildUdp({ ...six, fromPort: 4000, toPort: 53, payload: 'odd' }), 17],
    [
      'tcp over IPv4',
      buildTcp({
        ...four,
        fromPort: 4000,
        toPort: 53,
        flags: 'PA',
        payload: 'x',
        tcpOptions: Uint8Array.of(2, 4, 5, 180),
      }),
      6,
    ],
    ['tcp over IPv6', buildTcp({ ...six, fromPort: 4000, toPort: 53 }), 6],
    ['icmpv6', buildIcmp({ ...six, type: 128, identifier: 3, payload: 'ping' }), 58],
  ]
  it.each(cases)('%s has a whole header and a right checksum', (_name, bytes, protocol) => {
    const packet = packetOf(bytes)
    expect(decode(packet, bytes.length)).toBe(Malformed.none)
    expect(packet.protocol).toBe(protocol)
    const addresses = packet.family === 4 ? 12 : 8
    const pseudo = sumPseudoHeader(
      bytes,
      addresses,
      packet.family === 4 ? 20 : 40,
      packet.end - packet.transport,
      protocol,
    )
    expect(fold(sumWords(bytes, packet.transport, packet.end, pseudo))).toBe(0xffff)
  })
})
