import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildIcmp, buildIp, buildTcp, buildUdp, packetOf } from './build.ts'
import { bytesText, isQuoting } from './text.ts'

const four = { from: '10.0.1.2', to: '10.0.2.2' }
const back = { from: '10.0.2.2', to: '10.0.1.2' }
const six = { from: '2001:db8::1', to: '2001:db8::2' }
const udp = buildUdp({ ...four, fromPort: 43671, toPort: 4444 })

test.each([
  ['udp 10.0.1.2:43671 > 10.0.2.2:4444', udp],
  ['tcp 10.0.1.2:1 > 10.0.2.2:80 syn|ack', buildTcp({ ...four, fromPort: 1, toPort: 80, flags: 'SA' })],
  ['tcp [2001:db8::1]:1 > [2001:db8::2]:80 no flags', buildTcp({ ...six, fromPort: 1, toPort: 80, flags: '' })],
  ['icmp 10.0.1.2 > 10.0.2.2 echo-request id 7 seq 2', buildIcmp({ ...four, type: 8, identifier: 7, sequence: 2 })],
  [
    'icmpv6 2001:db8::1 > 2001:db8::2 echo-reply id 7 seq 2',
    buildIcmp({ ...six, type: 129, identifier: 7, sequence: 2 }),
  ],
  [
    'icmp 10.0.2.2 > 10.0.1.2 destination-unreachable/port-unreachable, about udp 10.0.1.2:43671 > 10.0.2.2:4444',
    buildIcmp({ ...back, type: 3, code: 3, payload: udp }),
  ],
  [
    'icmp 10.0.2.2 > 10.0.1.2 destination-unreachable/port-unreachable, about udp 10.0.1.2:43671 > 10.0.2.2:4444',
    buildIcmp({ ...back, type: 3, code: 3, payload: udp.subarray(0, 24) }),
  ],
  ['icmp 10.0.2.2 > 10.0.1.2 time-exceeded/9', buildIcmp({ ...back, type: 11, code: 9 })],
  ['icmp 10.0.2.2 > 10.0.1.2 type-42/7', buildIcmp({ ...back, type: 42, code: 7 })],
  ['icmpv6 2001:db8::1 > 2001:db8::2 packet-too-big', buildIcmp({ ...six, type: 2 })],
  ['udp 10.0.1.2 > 10.0.2.2, fragment at 1480', buildIp({ ...four, fragmentOffset: 1480 }, 17, new Uint8Array(20))],
  [
    'udp [2001:db8::1]:0 > [2001:db8::2]:0, first fragment',
    buildIp({ ...six, moreFragments: true }, 17, new Uint8Array(20)),
  ],
  ['gre 10.0.1.2 > 10.0.2.2', buildIp(four, 47)],
  ['protocol 200 10.0.1.2 > 10.0.2.2', buildIp(four, 200)],
  ['udp 10.0.1.2:43671 > 10.0.2.2:4444', udp.subarray(0, 25)],
  ['3 bytes that are no IP packet', Uint8Array.of(0x45, 0, 0)],
])('%s', (text, bytes) => expect(bytesText(bytes, 0, bytes.length)).toBe(text))

test('what is no error, or quotes no IP header, is about nothing', () => {
  expect(isQuoting(packetOf(buildIcmp({ ...back, type: 3, payload: udp })))).toBe(true)
  expect(isQuoting(packetOf(buildIcmp({ ...back, type: 8, payload: udp })))).toBe(false)
  expect(isQuoting(packetOf(buildIcmp({ ...back, type: 3, payload: 'short' })))).toBe(false)
})

test('any bytes have a text without holes', () => {
  const bytes = fc.uint8Array({ maxLength: 90 })
  const protocol = fc.constantFrom(1, 6, 17, 44, 58, 132)
  fc.assert(
    fc.property(bytes, fc.constantFrom(0x45, 0x4f, 0x60, 0), protocol, (any, first, transport) => {
      if (any.length > 9) any[first === 0x60 ? 6 : 9] = transport
      if (any.length > 0) any[0] = first
      expect(bytesText(any, 0, any.length)).not.toMatch(/undefined|NaN/)
    }),
    { numRuns: 1000 },
  )
})
