import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, readUint16, sumPseudoHeader, sumWords, writeUint16 } from '../bytes/index.ts'
import { buildTcp, buildUdp } from './build.ts'
import { decode } from './decode.ts'
import { Packet } from './packet.ts'
import { Protocol } from './protocols.ts'
import { replacePayload } from './replace-payload.ts'

const addresses = { 4: ['192.168.1.10', '198.51.100.5'], 6: ['fd00::10', '2001:db8::5'] } as const

function packetOf(family: 4 | 6, protocol: number, payload: string): Packet {
  const [from, to] = addresses[family]
  const fields = { from, to, fromPort: 4000, toPort: 21, payload }
  const whole = protocol === Protocol.tcp ? buildTcp({ ...fields, flags: 'PA' }) : buildUdp(fields)
  const packet = new Packet()
  // In the middle of a larger buffer, as captures are: what lies behind must not be touched.
  packet.bytes = new Uint8Array(whole.length + 40).fill(0xee)
  packet.bytes.set(whole, 10)
  packet.start = 10
  decode(packet, 10 + whole.length)
  return packet
}

const payloadAt = (packet: Packet): number =>
  packet.transport + (packet.protocol === Protocol.tcp ? (packet.bytes[packet.transport + 12]! >>> 4) << 2 : 8)

const payloadOf = (packet: Packet): string =>
  String.fromCharCode(...packet.bytes.subarray(payloadAt(packet), packet.end))

const isSumRight = (packet: Packet): boolean => {
  const { bytes, start, transport, end, protocol, family } = packet
  const from = family === 4 ? start + 12 : start + 8
  const pseudo = sumPseudoHeader(bytes, from, from + (family === 4 ? 8 : 32), end - transport, protocol)
  return fold(sumWords(bytes, transport, end, pseudo)) === 0xffff
}

const text = (words: string): Uint8Array => Uint8Array.from(words, (letter) => letter.charCodeAt(0))

describe('replacing a part of a payload', () => {
  const any = fc.string({ unit: 'grapheme-ascii', maxLength: 60 })
  it('gives the packet that would have been sent with the new payload', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4 as const, 6 as const),
        fc.constantFrom(Protocol.tcp, Protocol.udp),
        any,
        any,
        any,
        any,
        (family, protocol, head, old, tail, fresh) => {
          const packet = packetOf(family, protocol, head + old + tail)
          const behind = packet.bytes.slice(packet.end)
          const lent = packet.bytes
          const from = payloadAt(packet) + head.length
          expect(replacePayload(packet, protocol, packet.transport, from, from + old.length, text(fresh))).toBe(true)
          expect(payloadOf(packet)).toBe(head + fresh + tail)
          expect(isSumRight(packet)).toBe(true)
          expect(lent.slice(lent.length - behind.length)).toEqual(behind)
          const again = new Packet()
          again.bytes = packet.bytes
          again.start = packet.start
          expect([decode(again, packet.end), again.end, again.transport]).toEqual([0, packet.end, packet.transport])
        },
      ),
      { numRuns: 300 },
    )
  })

  it('leaves an absent UDP checksum absent', () => {
    const packet = packetOf(4, Protocol.udp, 'hello')
    writeUint16(packet.bytes, packet.transport + 6, 0)
    replacePayload(packet, Protocol.udp, packet.transport, payloadAt(packet), packet.end, text('hi'))
    expect([payloadOf(packet), readUint16(packet.bytes, packet.transport + 6)]).toEqual(['hi', 0])
  })

  it('refuses to grow beyond 65,535 bytes, and changes nothing then', () => {
    const packet = packetOf(4, Protocol.tcp, 'x'.repeat(65_000))
    const from = payloadAt(packet)
    const before = packet.bytes.slice()
    expect(replacePayload(packet, Protocol.tcp, packet.transport, from, from, new Uint8Array(600))).toBe(false)
    expect(packet.bytes).toEqual(before)
  })
})
