import { describe, expect, test } from 'vitest'
import { InvariantError, parseAddress, printAddress, readInt32, writeUint32 } from '../bytes/index.ts'
import { chooseAddress, isBetween, scaled } from './best-address.ts'
import { Translated, type TranslatedNumber } from './halves.ts'
import { makeRange, type NatRange } from './range.ts'

function wordsOf(text: string): Int32Array {
  const address = parseAddress(text)
  if (!address) throw new InvariantError(`not an address: ${text}`)
  return Int32Array.from({ length: address.length / 4 }, (_, i) => readInt32(address, 4 * i))
}

const rangeOf = (least: string, most: string, isPersistent = false): NatRange => {
  const range = { ...makeRange(), hasAddresses: true, isPersistent }
  range.minimumAddress.set(wordsOf(least))
  range.maximumAddress.set(wordsOf(most))
  return range
}

function chosen(from: string, to: string, range: NatRange, half: TranslatedNumber): string {
  const source = wordsOf(from)
  const length = source.length === 4 ? 4 : 1
  const tuple = new Int32Array(9)
  tuple.set(source)
  tuple.set(wordsOf(to), length)
  chooseAddress(tuple, length, range, half, 0)
  const bytes = new Uint8Array(4 * length)
  for (let i = 0; i < length; i++) writeUint32(bytes, 4 * i, tuple[(half === Translated.source ? 0 : length) + i] ?? 0)
  return printAddress(bytes, 0, bytes.length)
}

describe('the address in a range, as Linux 6.18 chose it', () => {
  const wide = rangeOf('203.0.113.1', '203.0.113.200')
  const wide6 = rangeOf('2001:db8:1::1', '2001:db8:1:0:5::ffff')
  test.each([
    ['192.168.1.10', '10.0.0.5', wide, '203.0.113.193'],
    ['192.168.1.10', '198.51.100.5', wide, '203.0.113.170'],
    ['192.168.1.20', '198.51.100.5', wide, '203.0.113.40'],
    ['10.0.0.5', '198.51.100.5', wide, '203.0.113.82'],
    ['fd00::10', '2001:db8:2::5', wide6, '2001:db8:1:0:2:3d4a:72a8:723e'],
    ['fd00::20', '2001:db8:2::5', wide6, '2001:db8:1:0:4:a7e6:ee61:3089'],
    ['2001:db8:2::5', 'fd00::20', wide6, '2001:db8:1::df2e:2ca2:e7e2'],
  ])('%s to %s gets a source', (from, to, range, wanted) => {
    expect(chosen(from, to, range, Translated.source)).toBe(wanted)
  })

  const inside = rangeOf('10.0.0.2', '10.0.0.200')
  const inside6 = rangeOf('fd01::2', 'fd01::2:0:0:9')
  test.each([
    ['192.168.1.20', '198.51.100.5', inside, '10.0.0.41'],
    ['192.168.1.10', '203.0.113.1', inside, '10.0.0.117'],
    ['fd00::10', '2001:db8:2::5', inside6, 'fd01::1:954b:8130:71e1'],
    ['2001:db8:2::5', '2001:db8:1::1', inside6, 'fd01::8f53:1426:b546'],
  ])('%s to %s gets a destination', (from, to, range, wanted) => {
    expect(chosen(from, to, range, Translated.destination)).toBe(wanted)
  })

  test.each(['10.0.0.5', '192.168.1.1', '8.8.8.8'])('a persistent one is the same for %s', (to) => {
    expect(chosen('192.168.1.10', to, rangeOf('10.0.0.2', '10.0.0.200', true), Translated.destination)).toBe(
      '10.0.0.183',
    )
  })

  test('a range of one needs no hash', () => {
    expect(chosen('1.2.3.4', '5.6.7.8', rangeOf('9.9.9.9', '9.9.9.9'), Translated.source)).toBe('9.9.9.9')
  })
})

test('a hash is scaled without losing bits', () => {
  expect(scaled(0xffffffff, 0xffffffff)).toBe(0xfffffffe)
  expect(scaled(0x80000001, 0xffffffff)).toBe(Number((0x80000001n * 0xffffffffn) >> 32n))
  expect(scaled(12345, 7)).toBe(0)
})

test('addresses are compared without a sign, word by word', () => {
  expect(isBetween(wordsOf('192.0.2.1'), 1, wordsOf('10.0.0.0'), wordsOf('200.0.0.0'))).toBe(true)
  expect(isBetween(wordsOf('fd00::2:0:0:0'), 4, wordsOf('fd00::1:0:0:0'), wordsOf('fd00::1:0:0:9'))).toBe(false)
})
