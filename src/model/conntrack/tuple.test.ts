import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Protocol } from '../packet/index.ts'
import { tupleKind, tupleWords } from './entry.ts'
import { GreKeys } from './gre-keys.ts'
import { Reason } from './reason.ts'
import { findTransport6, found, invertTuple, makeTuple, readPorts } from './tuple.ts'
import { ip } from './wire.fixture.ts'

const kinds = [
  ['UDP over IPv4', 4, Protocol.udp],
  ['TCP over IPv6', 6, Protocol.tcp],
  ['an ICMP echo', 4, Protocol.icmp],
  ['an ICMPv6 echo', 6, Protocol.icmpv6],
  ['ESP', 4, Protocol.esp],
] as const

describe('a tuple', () => {
  it.each(kinds)('of %s inverted twice is the same', (_, family, protocol) => {
    const kind = tupleKind(family, protocol)
    const types = family === 4 ? [8, 0, 13, 14, 15, 16, 17, 18] : [128, 129, 139, 140]
    const word = fc.integer({ min: -0x80000000, max: 0x7fffffff })
    fc.assert(
      fc.property(fc.array(word, { minLength: 9, maxLength: 9 }), fc.constantFrom(...types), (words, type) => {
        const tuple = Int32Array.from(words)
        const last = tupleWords(kind) - 1
        const isIcmp = protocol === Protocol.icmp || protocol === Protocol.icmpv6
        if (isIcmp) tuple[last] = ((tuple[last] ?? 0) & 0xffff00ff) | (type << 8)
        const once = makeTuple()
        const twice = makeTuple()
        expect(invertTuple(tuple, kind, once)).toBe(true)
        expect(invertTuple(once, kind, twice)).toBe(true)
        expect([...twice].slice(0, last + 1)).toEqual([...tuple].slice(0, last + 1))
      }),
      { numRuns: 50 },
    )
  })

  it('of an ICMP error has no inverse', () => {
    const kind = tupleKind(4, Protocol.icmp)
    expect(invertTuple(Int32Array.of(1, 2, 3 << 8, 0, 0, 0, 0, 0, 0), kind, makeTuple())).toBe(false)
  })

  it.each([
    ['TCP needs its ports', Protocol.tcp, '04000050', 0x04000050],
    ['ICMP is identifier, type and code', Protocol.icmp, '0800ffff00070001', 0x00070800],
    ['GRE version 0 has no keys', Protocol.gre, '0000080000070001', 0],
    ['GRE cut short has no keys (observed)', Protocol.gre, '', 0],
    ['GRE version 1 has the call id', Protocol.gre, '2001880b00010002', 0x0002],
    ['ESP has none', Protocol.esp, '0000000100000002', 0],
  ] as const)('%s', (_, protocol, hex, ports) => {
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    const tuple = makeTuple()
    expect(readPorts(bytes, 0, bytes.length, protocol, tuple, new GreKeys())).toBe(Reason.none)
    expect(tuple[2]).toBe(ports)
  })

  it.each([
    ['three bytes of ports', Protocol.udp, '040000', Reason.shortHeader],
    ['seven bytes of ICMP', Protocol.icmp, '0800ffff000700', Reason.shortHeader],
    ['GRE version 1 without PPP', Protocol.gre, '2001080000010002', Reason.greNotPpp],
  ] as const)('cannot be read from %s', (_, protocol, hex, reason) => {
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    expect(readPorts(bytes, 0, bytes.length, protocol, makeTuple(), new GreKeys())).toBe(reason)
  })
})

describe('the transport header of an IPv6 packet', () => {
  const of = (protocol: number, hex: string): Uint8Array =>
    ip(
      'fd00::1',
      'fd00::2',
      protocol,
      Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
    )

  it.each([
    ['lies behind the fixed header', 17, '', 40, 17],
    ['lies behind destination options', 60, '1100010400000000', 48, 17],
    ['lies behind a first fragment header', 44, '1100000100000001', 48, 17],
    ['may be said to lie beyond the packet', 60, '6302010400000000', 64, 99],
  ] as const)('%s', (_, protocol, hex, transport, behind) => {
    const bytes = of(protocol, hex)
    expect(findTransport6(bytes, 0, bytes.length)).toBe(Reason.none)
    expect(found).toEqual({ transport, protocol: behind })
  })

  it.each([
    ['nothing follows', 59, '', Reason.extensionHeaders],
    ['nothing follows the options', 60, '3b00010400000000', Reason.extensionHeaders],
    ['an extension header is cut', 60, '11', Reason.extensionHeaders],
    ['it is a later fragment', 44, '1100000800000001', Reason.laterFragment],
  ] as const)('is nowhere if %s', (_, protocol, hex, reason) => {
    const bytes = of(protocol, hex)
    expect(findTransport6(bytes, 0, bytes.length)).toBe(reason)
  })
})
