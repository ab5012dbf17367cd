import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { complement, readUint16, sumPseudoHeader, sumWords, writeUint16, writeUint32 } from '../bytes/index.ts'
import { buildTcp, buildUdp, Protocol } from '../packet/index.ts'
import { Translated } from './halves.ts'
import { translateTransport } from './transport.ts'

const checksumAt: Readonly<Record<number, number>> = { [Protocol.tcp]: 16, [Protocol.udp]: 6 }

/** The checksum that a whole IPv4 packet should have. */
function rightChecksum(bytes: Uint8Array, protocol: number): number {
  const copy = bytes.slice()
  writeUint16(copy, 20 + (checksumAt[protocol] ?? 0), 0)
  const pseudo = sumPseudoHeader(copy, 12, 20, copy.length - 20, protocol)
  return complement(sumWords(copy, 20, copy.length, pseudo))
}

const sumOf = (word: number): number => (word >>> 16) + (word & 0xffff)

/** Translates the source of an IPv4 packet's transport header, and its address. */
function translate(bytes: Uint8Array, protocol: number, address: number, port: number): boolean {
  const before = readUint16(bytes, 12) + readUint16(bytes, 14)
  const isDone = translateTransport(bytes, 20, bytes.length, protocol, Translated.source, port, before, sumOf(address))
  writeUint32(bytes, 12, address)
  return isDone
}

const fields = { from: '192.168.1.10', fromPort: 1000, to: '198.51.100.5', toPort: 53 }
const word = fc.integer({ min: 0, max: 0xffffffff })
const port = fc.integer({ min: 0, max: 65535 })

describe('checksums', () => {
  test('mended is as good as computed', () => {
    fc.assert(
      fc.property(word, port, fc.uint8Array({ maxLength: 40 }), fc.boolean(), (address, toPort, payload, isTcp) => {
        const bytes = isTcp ? buildTcp({ ...fields, payload }) : buildUdp({ ...fields, payload })
        const protocol = isTcp ? Protocol.tcp : Protocol.udp
        translate(bytes, protocol, address, toPort)
        const right = rightChecksum(bytes, protocol)
        const found = readUint16(bytes, 20 + (checksumAt[protocol] ?? 0))
        expect(found).toBe(isTcp ? right : right || 0xffff)
      }),
    )
  })

  test('a wrong one stays wrong by as much', () => {
    const bytes = buildTcp({ ...fields, checksum: 0x1234 })
    const right = buildTcp(fields)
    translate(bytes, Protocol.tcp, 0x01020304, 4000)
    translate(right, Protocol.tcp, 0x01020304, 4000)
    expect(readUint16(bytes, 36)).not.toBe(readUint16(right, 36))
  })

  test('UDP without a checksum stays without', () => {
    const bytes = buildUdp({ ...fields, checksum: 0 })
    translate(bytes, Protocol.udp, 0x01020304, 4000)
    expect(readUint16(bytes, 26)).toBe(0)
    expect(readUint16(bytes, 20)).toBe(4000)
  })

  test('SCTP gets a new one, least significant byte first', () => {
    const bytes = new Uint8Array(36)
    expect(translateTransport(bytes, 20, 36, Protocol.sctp, Translated.destination, 80, 0, 0)).toBe(true)
    expect([...bytes.subarray(28, 32)]).not.toEqual([0, 0, 0, 0])
  })
})

describe('headers that are cut', () => {
  test.each([
    ['TCP', Protocol.tcp, 8],
    ['UDP', Protocol.udp, 8],
    ['UDP-Lite', Protocol.udplite, 8],
    ['SCTP', Protocol.sctp, 8],
    ['ICMP', Protocol.icmp, 8],
    ['ICMPv6', Protocol.icmpv6, 8],
    ['GRE', Protocol.gre, 8],
    ['an unknown protocol', 253, 0],
  ])('%s', (_, protocol, least) => {
    for (let length = 0; length < 24; length++) {
      const isDone = translateTransport(new Uint8Array(32), 0, length, protocol, Translated.source, 1, 0, 0)
      expect(isDone).toBe(length >= least)
    }
  })

  test('a TCP header without its checksum gets only the port', () => {
    const bytes = buildTcp(fields)
    const before = bytes.slice()
    expect(translateTransport(bytes, 20, 39, Protocol.tcp, Translated.source, 4000, 5, 9)).toBe(true)
    writeUint16(before, 20, 4000)
    expect([...bytes]).toEqual([...before])
  })
})

describe('GRE', () => {
  const gre = (version: number): Uint8Array => Uint8Array.of(0x30, version, 0x88, 0x0b, 0, 0, 0, 7)
  test.each([
    ['version 1 names its receiver', 1, true, 9],
    ['version 0 has no key to change', 0, true, 7],
    ['other versions are not known', 2, false, 7],
  ])('%s', (_, version, isDone, key) => {
    const bytes = gre(version)
    expect(translateTransport(bytes, 0, 8, Protocol.gre, Translated.destination, 9, 0, 0)).toBe(isDone)
    expect(readUint16(bytes, 6)).toBe(key)
  })
})
