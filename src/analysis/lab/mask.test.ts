import { describe, expect, test } from 'vitest'
import { sortCanonically } from './canonical.ts'
import type { Json } from './format.ts'
import { localAddresses, maskListing, maskPacket } from './mask.ts'

/** An IPv4 header with id 1234 and checksum abcd. */
const ipv4 = (source: string, protocol: string): string => `4500001c1234000040${protocol}abcd${source}0a000002`
const masked = (source: string, protocol: string): string => `4500001c0000000040${protocol}0000${source}0a000002`
const local = localAddresses(['10.0.0.1', 'fd00::1'])

const ipv6 = (next: string, rest: string): string => `600000000010${next}40${'fd'.repeat(32)}${rest}`

describe('masks of packets', () => {
  test.each([
    ['a packet that is forwarded keeps its id', '0a000009', '06', false, false],
    ['a packet from an own address in a record without output hook: TCP', '0a000001', '06', false, true],
    ['the same: ICMP', '0a000001', '01', false, true],
    ['the same: UDP keeps its id', '0a000001', '11', false, false],
    ['any packet of a record in which one passed the output hook', '0a000009', '11', true, true],
  ])('%s', (_, source, protocol, isMade, isMasked) => {
    const expected = isMasked ? masked(source, protocol) : ipv4(source, protocol)
    expect(maskPacket(ipv4(source, protocol), local, isMade)).toBe(expected)
  })

  test.each([
    ['a fragment header', ipv6('2c', '1100000977777777'), ipv6('2c', '1100000900000000')],
    [
      'a fragment header behind a hop-by-hop header',
      ipv6('00', `2c00000000000000${'1100000977777777'}`),
      ipv6('00', `2c00000000000000${'1100000900000000'}`),
    ],
    ['a packet that is no fragment', ipv6('11', '1100000977777777'), ipv6('11', '1100000977777777')],
    ['a fragment header that is cut', ipv6('2c', '110000'), ipv6('2c', '110000')],
  ])('IPv6: %s', (_, packet, expected) => {
    expect(maskPacket(packet, local, false)).toBe(expected)
  })

  test.each(['', '4', '45000014', '60', 'f0'])('"%s" is left as it is', (packet) => {
    expect(maskPacket(packet, local, true)).toBe(packet)
  })
})

describe('masks of listings', () => {
  const set = (handle: number, elem: Json[]): Json => ({ set: { name: 's', handle, elem } })

  test('handles and clocks go, elements of sets get an order', () => {
    const a = [set(4, [2, { elem: { val: 1, expires: 9 } }])]
    const b = [set(7, [{ elem: { val: 1, expires: 3 } }, 2])]
    expect(maskListing(a, sortCanonically)).toEqual(maskListing(b, sortCanonically))
    expect(JSON.stringify(maskListing(a, sortCanonically))).not.toMatch(/handle|expires/)
  })
})
