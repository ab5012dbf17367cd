import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressText, isInPrefix, parseAddress, parsePrefix } from './address.ts'

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::', '::'],
  ['::1', '::1'],
  ['2001:DB8::0:1', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ['fe80::', 'fe80::'],
])('%s prints as %s (RFC 5952)', (text, printed) => {
  const address = parseAddress(text)
  expect(address && addressText(address)).toBe(printed)
})

test.each([
  '',
  '1.2.3',
  '1.2.3.256',
  '1.2.3.4.5',
  ':::',
  '1::2::3',
  '12345::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '::1.2.3.4:5',
  '1:2:3:4::5:6:7:8',
])('refuses %j', (text) => expect(parseAddress(text)).toBeNull())

test('reading what was printed gives the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.integer({ min: 0, max: 15 }), (bytes, zeros) => {
      bytes.fill(0, zeros, 15)
      expect(parseAddress(addressText(bytes))).toEqual(bytes)
    }),
  )
})

test.each([
  ['10.0.0.0/8', '10.255.0.1', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['192.168.1.128/25', '192.168.1.127', false],
  ['192.168.1.128/25', '192.168.1.200', true],
  ['0.0.0.0/0', '1.2.3.4', true],
  ['2001:db8::/33', '2001:db8:8000::1', false],
  ['2001:db8::/33', '2001:db8:7fff::1', true],
])('%s holds %s: %s', (prefixText, text, isIn) => {
  const prefix = parsePrefix(prefixText)
  const address = parseAddress(text)
  expect(prefix && address && isInPrefix(address, 0, prefix)).toBe(isIn)
})

test.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/a', '::/129', '10.0.0/8'])('refuses the block %j', (text) =>
  expect(parsePrefix(text)).toBeNull(),
)
