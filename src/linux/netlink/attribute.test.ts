import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  address,
  attribute,
  be16,
  be32,
  be64,
  beSigned32,
  type Codec,
  decodeAttributes,
  eachAttribute,
  elements,
  encodeAttributes,
  flags,
  host32,
  nested,
  text,
  u8,
} from './attribute.ts'

const inner = { port: attribute(2, be16), name: attribute(3, text) }
const table = { count: attribute(1, be32), inner: attribute(4, nested(inner)), list: attribute(5, elements) }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('codecs', () => {
  const u = (bits: number) => fc.nat({ max: 2 ** bits - 1 })
  const cases: readonly (readonly [string, Codec<unknown>, fc.Arbitrary<unknown>])[] = [
    ['u8', u8, u(8)],
    ['be16', be16, u(16)],
    ['be32', be32, fc.integer({ min: 0, max: 0xffff_ffff })],
    ['beSigned32', beSigned32, fc.integer()],
    ['be64', be64, fc.maxSafeNat()],
    ['host32', host32, fc.integer({ min: 0, max: 0xffff_ffff })],
    ['text', text, fc.stringMatching(/^[ -~]*$/)],
    ['an IPv4 address', address, fc.ipV4()],
    ['flags', flags(['a', 'b', 'c']), fc.subarray(['a', 'b', 'c'])],
  ]
  test.each(cases)('%s: what is encoded decodes to the same', (_, codec, values) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(codec.decode(codec.encode(value))).toEqual(value)
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    ['be16', be16.encode(258), '0102'],
    ['be32', be32.encode(258), '00000102'],
    ['beSigned32', beSigned32.encode(-199), 'ffffff39'],
    ['be64', be64.encode(2 ** 40), '0000010000000000'],
    ['host32', host32.encode(258), '02010000'],
    ['text', text.encode('nat'), '6e617400'],
    ['address', address.encode('2001:db8::1'), '20010db8000000000000000000000001'],
    ['flags', flags(['a', 'b', 'c']).encode(['a', 'c']), '00000005'],
  ])('%s has its bytes in the order that the kernel reads', (_, bytes, expected) => {
    expect(hex(bytes)).toBe(expected)
  })
})

describe('attribute tables', () => {
  test('encode nested levels with the nested flag and padding', () => {
    const bytes = encodeAttributes(table, { count: 1, inner: { name: 'a', port: 80 } })
    expect(hex(bytes)).toBe('08000100' + '00000001' + '14000480' + '06000300' + '61000000' + '06000200' + '00500000')
  })

  test('decode what they encoded', () => {
    const values = { count: 7, inner: { port: 80, name: 'web' }, list: [Uint8Array.of(1), Uint8Array.of(2, 3)] }
    const decoded = decodeAttributes(table, encodeAttributes(table, values))
    expect({ ...decoded, list: decoded.list?.map((each) => Uint8Array.from(each)) }).toEqual(values)
  })

  test('leave out what they do not know and what is too short for its codec', () => {
    const other = { unknown: attribute(99, be32), count: attribute(1, be16) }
    expect(decodeAttributes(table, encodeAttributes(other, { unknown: 1, count: 2 }))).toEqual({})
  })

  test('know an attribute by its number alone, whatever its two flag bits say', () => {
    expect(decodeAttributes(table, Buffer.from('080001c000000009', 'hex'))).toEqual({ count: 9 })
  })

  test('no bytes make them throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 48 }), (bytes) => {
        decodeAttributes(table, bytes)
        expect(Array.from(eachAttribute(bytes)).length).toBeLessThanOrEqual(12)
      }),
    )
  })
})
