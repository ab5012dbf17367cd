import { expect, test } from 'vitest'
import { parsePrefix } from '../../model/bytes/index.ts'
import { decodeRouteType, encodeAddress, encodeLinkDown, encodeLinkUp, encodeRoute, encodeRouteQuery } from './route.ts'

const prefix = (text: string) => parsePrefix(text) ?? expect.fail(`${text} is no prefix`)
const router = Uint8Array.of(10, 0, 0, 1)

test.each([
  [
    'an interface that stays down gets its MTU and loses multicast',
    encodeLinkDown(3, 1400),
    '00000000' + '03000000' + '00000000' + '01100000' + '0800040078050000',
  ],
  ['an interface goes up without multicast', encodeLinkUp(3), '00000000' + '03000000' + '01000000' + '01100000'],
  [
    'an IPv4 address',
    encodeAddress(3, prefix('10.0.0.1/24')),
    '02180000' + '03000000' + '080001000a000001' + '080002000a000001',
  ],
  [
    'an IPv6 address is not probed for duplicates',
    encodeAddress(3, prefix('fd00::1/64')).subarray(0, 8),
    '0a400200' + '03000000',
  ],
  [
    'a route over a gateway',
    encodeRoute({ destination: prefix('0.0.0.0/0'), gateway: router }),
    '02000000fe040001' + '00000000' + '0800010000000000' + '080005000a000001',
  ],
  [
    'a route to a device has the scope of the link',
    encodeRoute({ destination: prefix('10.9.0.0/16'), device: 4 }),
    '02100000fe04fd01' + '00000000' + '080001000a090000' + '0800040004000000',
  ],
  [
    'an unreachable route',
    encodeRoute({ destination: prefix('10.8.0.0/16'), type: 7 }),
    '02100000fe04fd07' + '00000000' + '080001000a080000',
  ],
  ['a query for a route', encodeRouteQuery(router), '0220000000000000' + '00000000' + '080001000a000001'],
])('%s', (_, bytes, expected) => {
  expect(Buffer.from(bytes).toString('hex')).toBe(expected)
})

test('an answer tells the type of the route', () => {
  expect(decodeRouteType(Buffer.from('0a80000000ff00020000000000', 'hex'))).toBe(2)
})
