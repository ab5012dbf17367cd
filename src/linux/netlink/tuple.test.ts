import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tuple } from './tuple.ts'

test.each([
  ['TCP', { src: '10.0.0.1', dst: '10.0.0.2', proto: 6, sport: 1024, dport: 80 }],
  ['ICMP', { src: '10.0.0.1', dst: '10.0.0.2', proto: 1, id: 7, type: 8, code: 0 }],
  ['ICMPv6', { src: 'fd00::1', dst: '2001:db8::1', proto: 58, id: 7, type: 128, code: 0 }],
  ['a zone', { src: 'fd00::1', dst: '2001:db8::1', proto: 17, sport: 1, dport: 2, zone: 5 }],
  ['a protocol without ports', { src: '10.0.0.1', dst: '10.0.0.2', proto: 47 }],
])('a tuple of %s comes back as it was', (_, value) => {
  expect(tuple.decode(tuple.encode(value))).toEqual(value)
})

test('ICMPv6 has attributes of its own', () => {
  const numbers = (proto: number): string => Buffer.from(tuple.encode({ proto, id: 0x1234 })).toString('hex')
  expect(numbers(1)).toContain('060004001234')
  expect(numbers(58)).toContain('060007001234')
})

test('no bytes make the decoder throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => typeof tuple.decode(bytes) === 'object'))
})
