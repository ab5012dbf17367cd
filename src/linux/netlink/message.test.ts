import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMessages, encodeMessage, errorNumber, requestFlag } from './message.ts'

describe('netlink messages', () => {
  test('have a header of 16 bytes in the order of the machine, and are padded to 4', () => {
    const bytes = encodeMessage(0x0a06, requestFlag.acknowledge, Uint8Array.of(1, 2, 3, 4, 5), 7)
    expect(Buffer.from(bytes).toString('hex')).toBe('15000000060a05000700000000000000' + '0102030405000000')
  })

  test('come back as they were, however many stand in one datagram', () => {
    const message = fc.record({ type: fc.nat(0xffff), body: fc.uint8Array({ maxLength: 40 }) })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (messages) => {
        const datagram = Buffer.concat(messages.map(({ type, body }) => encodeMessage(type, 0, body)))
        const decoded = decodeMessages(datagram).map(({ type, body }) => ({ type, body: Uint8Array.from(body) }))
        expect(decoded).toEqual(messages)
      }),
      { numRuns: 50 },
    )
  })

  test('that do not fit end the list, and no bytes make it throw', () => {
    const whole = encodeMessage(20, 0, new Uint8Array(8))
    expect(decodeMessages(Buffer.concat([whole, whole.subarray(0, 20)]))).toHaveLength(1)
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => decodeMessages(bytes).length <= 4))
  })

  test.each([
    ['00000000', 0],
    ['feffffff', 2],
    ['ffffffff', 1],
  ])('an error message with %s carries the errno %i', (hex, expected) => {
    const [message] = decodeMessages(encodeMessage(2, 0, Buffer.from(hex, 'hex')))
    expect(message && errorNumber(message)).toBe(expected)
  })
})
