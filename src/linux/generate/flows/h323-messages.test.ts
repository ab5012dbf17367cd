/** The builders of H.323 messages against bytes that real programs sent, and against the model's own reading. */

import { expect, test } from 'vitest'
import { callMessage, openLogicalChannel, readAddress, tpkt } from './h323-messages.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('an open logical channel has the layout of one that a real program sent', () => {
  const { bytes, places } = openLogicalChannel(101, null, { host: '10.1.3.143', port: 5001 })
  // 03 0000 64 0c 20 1d 80 0b 0d 0001 00 0a01038f 1389: codec, length and silence suppression are our own
  expect(hex(bytes)).toBe('030000640c601d800a040001000a01038f1389')
  expect(readAddress(bytes, places.get('control 101'), false)).toEqual({ host: '10.1.3.143', port: 5001 })
})

test('places are found behind the frames around them, and lengths are those of the frames', () => {
  const { bytes, places } = callMessage('connect', { h245: { host: '10.0.0.5', port: 1733 } })
  expect(readAddress(bytes, places.get('h245'), false)).toEqual({ host: '10.0.0.5', port: 1733 })
  expect((bytes[2]! << 8) | bytes[3]!).toBe(bytes.length)
  expect(hex(tpkt({ bytes: Uint8Array.of(1, 2), places: new Map() }).bytes)).toBe('030000060102')
})

test('an address is not read where the message was cut', () => {
  const { bytes, places } = callMessage('setup', { destination: { host: 'fd00::10', port: 1720 } })
  expect(readAddress(bytes, places.get('destination'), true)).toEqual({ host: 'fd00::10', port: 1720 })
  expect(readAddress(bytes.slice(0, 30), places.get('destination'), true)).toBeNull()
})
