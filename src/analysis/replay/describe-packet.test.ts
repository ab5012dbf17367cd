import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildIcmp, buildIp, buildTcp, buildUdp } from '../../model/packet/index.ts'
import { describePacket } from './describe-packet.ts'

const four = { from: '10.0.1.2', to: '10.0.2.2' }
const back = { from: '10.0.2.2', to: '10.0.1.2' }
const six = { from: '2001:db8::1', to: '2001:db8::2' }
const udp = buildUdp({ ...four, fromPort: 43671, toPort: 4444 })

describe('a packet in words', () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['udp 10.0.1.2:43671 > 10.0.2.2:4444', udp],
    ['tcp 10.0.1.2:1 > 10.0.2.2:80 syn|ack', buildTcp({ ...four, fromPort: 1, toPort: 80, flags: 'SA' })],
    ['tcp [2001:db8::1]:1 > [2001:db8::2]:80 no flags', buildTcp({ ...six, fromPort: 1, toPort: 80, flags: '' })],
    ['icmp 10.0.1.2 > 10.0.2.2 echo-request id 7 seq 2', buildIcmp({ ...four, type: 8, identifier: 7, sequence: 2 })],
    [
      'icmp 10.0.2.2 > 10.0.1.2 destination-unreachable/port-unreachable, about udp 10.0.1.2:43671 > 10.0.2.2:4444',
      buildIcmp({ ...back, type: 3, code: 3, payload: udp }),
    ],
    [
      'icmp 10.0.2.2 > 10.0.1.2 time-exceeded/code 9, about icmp 10.0.1.2 > 10.0.2.2 time-exceeded/ttl-zero-during-transit',
      buildIcmp({ ...back, type: 11, code: 9, payload: buildIcmp({ ...four, type: 11, payload: udp }) }),
    ],
    [
      'icmpv6 2001:db8::1 > 2001:db8::2 packet-too-big, about udp',
      buildIcmp({ ...six, type: 2, payload: buildUdp({ ...six, fromPort: 1, toPort: 2 }) }),
    ],
    ['udp 10.0.1.2 > 10.0.2.2, fragment at 1480', buildIp({ ...four, fragmentOffset: 1480 }, 17, new Uint8Array(20))],
    [
      'udp [2001:db8::1]:0 > [2001:db8::2]:0, first fragment',
      buildIp({ ...six, moreFragments: true }, 17, new Uint8Array(20)),
    ],
    ['protocol 200 10.0.1.2 > 10.0.2.2', buildIp(four, 200)],
    ['3 bytes that are no IP packet', Uint8Array.of(0x45, 0, 0)],
  ]
  it.each(cases)('%s', (words, bytes) => {
    expect(describePacket(bytes, 0, bytes.length).slice(0, words.length)).toBe(words)
  })

  it('is found for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), fc.constantFrom(0x45, 0x4f, 0x60, 0), (bytes, first) => {
        if (bytes.length > 0) bytes[0] = first
        expect(describePacket(bytes, 0, bytes.length)).not.toMatch(/undefined|NaN/)
      }),
      { numRuns: 500 },
    )
  })
})
