import { describe, expect, it } from 'vitest'
import { bytesOf } from '../payload-words.ts'
import { printAddressWords, printEndpoint, readAddress, readEndpoint } from './addresses.ts'
import type { Text } from './text.ts'

const textOf = (words: string, family: 4 | 6): Text => ({ bytes: bytesOf(words), length: words.length, family })

/** What was read and what is left, as `192.168.1.10|;tag=1`; null where it is no address. */
function read(words: string, family: 4 | 6): string | null {
  const found = readAddress(textOf(words, family), 0)
  return found && `${printAddressWords(found.words, family)}|${words.slice(found.end)}`
}

describe('addresses as the kernel reads them', () => {
  it.each([
    ['192.168.1.10', '192.168.1.10|'],
    ['192.168.1.10;tag', '192.168.1.10|;tag'],
    ['192.168.1.10:5060', '192.168.1.10|:5060'],
    ['192.168.1.10 x', '192.168.1.10| x'],
    ['192.168.1.10g', '192.168.1.10|g'],
    ['0192.00168.1.0000010', '192.168.1.10|'],
    ['192.168.1.10a', null],
    ['192.168.1.10.', null],
    ['192.168.1.256', null],
    ['192.168.1', null],
    ['192.168..1', null],
    ['host', null],
    ['', null],
  ])('%s: %s', (words, expected) => {
    expect(read(words, 4)).toBe(expected)
  })

  it.each([
    ['2001:db8::5]', '2001:db8::5|]'],
    ['::', '::|'],
    ['::1', '::1|'],
    ['fd00::', 'fd00::|'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8|'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0|'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8|'],
    ['0001:00002::1', '1:2::1|'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1|'],
    ['1:2:3:4:5:6:10.0.0.1', '1:2:3:4:5:6:a00:1|'],
    ['fd00::1 x', 'fd00::1| x'],
    ['1:2:3:4:5:6:7', null],
    ['1:2:3:4:5:6:7:8:', null],
    ['1::2::3', null],
    [':::1', null],
    ['fd00:', null],
    ['12345::1', null],
    ['fd00::1:2:3:4:5:6:7:8', null],
    ['1:2:3:4:5:10.0.0.1', null],
    ['192.168.1.10', null],
  ])('%s: %s', (words, expected) => {
    expect(read(words, 6)).toBe(expected)
  })

  it('an address that ISATAP made ends with an IPv4 address', () => {
    const found = readAddress(textOf('fe80::5efe:a00:1', 6), 0)
    expect(found && printAddressWords(found.words, 6)).toBe('fe80::5efe:10.0.0.1')
  })
})

describe('address and port, with something behind them', () => {
  const endpoint = (words: string, family: 4 | 6): string | null => {
    const found = readEndpoint(textOf(words, family), 0)
    return found && `${printEndpoint(found.address, found.port, family)}|${words.slice(found.end)}`
  }

  it.each([
    ['192.168.1.10:5070>', '192.168.1.10:5070|>'],
    ['192.168.1.10>', '192.168.1.10:5060|>'],
    ['192.168.1.10:01024>', '192.168.1.10:1024|>'],
    ['192.168.1.10:1023>', null],
    ['192.168.1.10:65536>', null],
    ['192.168.1.10:005070>', null],
    ['192.168.1.10:>', null],
    ['192.168.1.10:5070', null],
    ['192.168.1.10', null],
  ])('%s: %s', (words, expected) => {
    expect(endpoint(words, 4)).toBe(expected)
  })

  it.each([
    ['[fd00::1]:5070>', '[fd00::1]:5070|>'],
    ['[fd00::1]>', '[fd00::1]:5060|>'],
    ['fd00::1>', null],
    ['[fd00::1:5070>', null],
  ])('%s: %s', (words, expected) => {
    expect(endpoint(words, 6)).toBe(expected)
  })
})
