import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildIcmp, buildIp, buildTcp, buildUdp, packetOf } from './build.ts'
import { decode } from './decode.ts'
import { Packet } from './packet.ts'
import { packetText, quotedText } from './text.ts'

const udp = buildUdp({ from: '10.0.1.2', to: '10.0.2.2', fromPort: 43671, toPort: 4444 })

test.each([
  ['udp 10.0.1.2:43671 > 10.0.2.2:4444', udp],
  [
    'tcp [fd00::1]:1 > [fd00::2]:80 [SA]',
    buildTcp({ from: 'fd00::1', to: 'fd00::2', fromPort: 1, toPort: 80, flags: 'SA' }),
  ],
  [
    'icmp 10.0.2.2 > 10.0.1.2 destination-unreachable/port-unreachable',
    buildIcmp({ from: '10.0.2.2', to: '10.0.1.2', type: 3, code: 3, payload: udp }),
  ],
  ['icmpv6 fd00::1 > fd00::2 packet-too-big', buildIcmp({ from: 'fd00::1', to: 'fd00::2', type: 2 })],
  ['icmp 10.0.0.1 > 10.0.0.2 type-42/7', buildIcmp({ from: '10.0.0.1', to: '10.0.0.2', type: 42, code: 7 })],
  ['gre 10.0.0.1 > 10.0.0.2', buildIp({ from: '10.0.0.1', to: '10.0.0.2' }, 47)],
  ['udp 10.0.0.1 > 10.0.0.2 fragment at 8', buildIp({ from: '10.0.0.1', to: '10.0.0.2', fragmentOffset: 8 }, 17)],
])('%s', (text, bytes) => expect(packetText(packetOf(bytes))).toBe(text))

test('an ICMP error tells what it is about, also when the quoted packet is cut', () => {
  const error = buildIcmp({ from: '10.0.2.2', to: '10.0.1.2', type: 3, code: 3, payload: udp.subarray(0, 24) })
  expect(quotedText(packetOf(error))).toBe('udp 10.0.1.2:43671 > 10.0.2.2:4444')
})

test('what is no error, or quotes no IP header, is about nothing', () => {
  expect(quotedText(packetOf(buildIcmp({ from: '10.0.2.2', to: '10.0.1.2', type: 8, payload: udp })))).toBeNull()
  expect(quotedText(packetOf(buildIcmp({ from: '10.0.2.2', to: '10.0.1.2', type: 3, payload: 'short' })))).toBeNull()
})

test('any bytes that decode have a text', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 20, maxLength: 90 }),
      fc.constantFrom(4, 6),
      fc.constantFrom(1, 6, 17, 58),
      (bytes, family, protocol) => {
        bytes[0] = family === 4 ? 0x45 : 0x60
        bytes[family === 4 ? 9 : 6] = protocol
        const packet = new Packet()
        packet.bytes = bytes
        packet.isChecksumTrusted = true
        if (decode(packet, bytes.length) === 0) expect(packetText(packet) + quotedText(packet)).toBeTypeOf('string')
      },
    ),
  )
})
