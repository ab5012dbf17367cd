import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildIcmp, buildIp, buildTcp, buildUdp } from './build.ts'
import { decode, Malformed, malformedReasons } from './decode.ts'
import { Packet } from './packet.ts'

const udp4 = () => buildUdp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 1, toPort: 2, payload: 'hello' })
const udp6 = () => buildUdp({ from: 'fd00::1', to: 'fd00::2', fromPort: 1, toPort: 2, payload: 'hello' })

function read(bytes: Uint8Array): { packet: Packet; reason: number } {
  const packet = new Packet()
  packet.bytes = bytes
  return { packet, reason: decode(packet, bytes.length) }
}

const changed = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  bytes[at] = value
  return bytes
}

test.each([
  ['nothing at all', new Uint8Array(0), Malformed.empty],
  ['version 5', changed(udp4(), 0, 0x55), Malformed.version],
  ['12 bytes of IPv4', udp4().subarray(0, 12), Malformed.truncatedHeader],
  ['a header length of 16 bytes', changed(udp4(), 0, 0x44), Malformed.headerLength],
  ['a wrong header checksum', changed(udp4(), 8, 63), Malformed.headerChecksum],
  ['an IPv4 packet cut short', udp4().subarray(0, 30), Malformed.truncated],
  ['an IPv6 packet cut short', udp6().subarray(0, 50), Malformed.truncated],
  ['an IPv6 source that is multicast', changed(udp6(), 8, 0xff), Malformed.sourceAddress],
  ['a whole IPv4 packet', udp4(), Malformed.none],
  ['a whole IPv6 packet', udp6(), Malformed.none],
])('%s', (_, bytes, reason) => expect(read(bytes).reason).toBe(reason))

test('every reason has its code and sentence', () => {
  for (const number of Object.values(Malformed)) expect(malformedReasons[number]?.code).toMatch(/^[a-z-]+$/)
})

test('bytes behind the length of the packet are cut off', () => {
  const padded = new Uint8Array(60)
  padded.set(udp4())
  expect(read(padded).packet.end).toBe(33)
})

test('a wrong IPv4 header checksum passes where checksums were not captured faithfully', () => {
  const packet = new Packet()
  packet.bytes = changed(udp4(), 8, 63)
  packet.isChecksumTrusted = true
  expect(decode(packet, packet.bytes.length)).toBe(Malformed.none)
})

test('IPv6 extension headers are followed to the transport header', () => {
  const options = Uint8Array.from([60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0])
  const { packet } = read(
    buildUdp({ from: 'fd00::1', to: 'fd00::2', fromPort: 7, toPort: 8, options, optionsProtocol: 0 }),
  )
  expect([packet.protocol, packet.transport]).toEqual([17, 56])
})

test('a later fragment has a protocol and no transport header', () => {
  const fragment = { fragmentOffset: 16, id: 9 }
  for (const ends of [
    { from: '10.0.0.1', to: '10.0.0.2' },
    { from: 'fd00::1', to: 'fd00::2' },
  ]) {
    const { packet } = read(buildIcmp({ ...ends, ...fragment, type: 8 }))
    expect([packet.protocol, packet.transport, packet.fragmentOffset]).toEqual([packet.family === 4 ? 1 : 58, -1, 16])
  }
})

test('of fragment headers one inside the other the outermost counts', () => {
  const headers = Uint8Array.of(44, 0, 0, 1, 0, 0, 0, 7, 17, 0, 0, 0, 0, 0, 0, 8, ...new Uint8Array(8))
  const { packet } = read(buildIp({ from: 'fd00::1', to: 'fd00::2' }, 44, headers))
  expect([packet.fragmentHeader, packet.moreFragments, packet.protocol, packet.transport]).toEqual([40, true, 17, 56])
})

test('any bytes decode without throwing, and the transport header lies inside the packet', () => {
  const whole = [udp4(), udp6(), buildTcp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 1, toPort: 2 })]
  const mutated = fc
    .tuple(fc.constantFrom(...whole), fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 6 }), fc.nat(60))
    .map(([bytes, changes, length]) => {
      const copy = bytes.slice(0, length)
      for (const [at, value] of changes) if (at < copy.length) copy[at] = value
      return copy
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), mutated), (bytes) => {
      const { packet, reason } = read(bytes)
      if (reason === Malformed.none) expect(packet.transport).toBeLessThanOrEqual(packet.end)
    }),
    { numRuns: 2000 },
  )
})
