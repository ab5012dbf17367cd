/** The C library through koffi needs no root; where it cannot be called, the output says why. */

import { describe, expect, test } from 'vitest'
import { loadLibc, succeed } from './libc.ts'
import { LiveError } from './live-error.ts'
import { ownDescriptors } from './owned-descriptors.ts'
import { addressBytes, internetAddress, netlinkAddress } from './socket-address.ts'
import { errnoName, SystemCallError } from './system-call-error.ts'

const found = loadLibc()
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

if (found.ok) {
  const { libc } = found
  describe('the C library', () => {
    test('returns minus the errno when a call fails', () => {
      expect(libc.open('/nowhere/at/all', 0)).toBe(-2)
      expect(libc.read(-1, new Uint8Array(1))).toBe(-9)
    })

    test('reads what a file holds', () => {
      const descriptor = succeed('open', libc.open('/proc/self/comm', 0))
      const bytes = new Uint8Array(64)
      expect(succeed('read', libc.read(descriptor, bytes))).toBeGreaterThan(0)
      expect(libc.close(descriptor)).toBe(0)
    })

    test('knows interfaces by name', () => {
      expect(libc.interfaceIndex('no-such-device')).toBe(0)
    })

    test('descriptors that are owned are closed together', () => {
      const owned = ownDescriptors(libc)
      const [first, second] = [owned.libc.open('/dev/null', 2), owned.libc.open('/dev/null', 2)]
      expect(owned.libc.close(first)).toBe(0)
      owned.closeAll()
      expect(libc.write(second, Uint8Array.of(1))).toBe(-9)
    })
  })
} else {
  test(`the C library cannot be called here: ${found.reason}`, () => {
    expect(found.reason).not.toBe('')
  })
}

describe('failures of system calls', () => {
  test('carry operation, words and the C name of the errno', () => {
    expect(() => succeed('open /dev/net/tun', -13)).toThrow('open /dev/net/tun: permission denied (EACCES)')
    expect(new SystemCallError('bind', 98)).toMatchObject({ code: 'EADDRINUSE', errno: 98, operation: 'bind' })
    expect(new SystemCallError('bind', 98)).toBeInstanceOf(LiveError)
  })

  test('an errno without a name is a number', () => {
    expect(errnoName(9999)).toBe('errno 9999')
  })

  test('a result is handed through', () => {
    expect(succeed('read', 5)).toBe(5)
  })
})

describe('socket addresses', () => {
  test.each([
    ['IPv4', internetAddress(addressBytes('192.0.2.1'), 53), `02000035c0000201${'00'.repeat(8)}`],
    ['IPv6', internetAddress(addressBytes('::1'), 53), `0a00003500000000${'1'.padStart(32, '0')}00000000`],
    ['netlink', netlinkAddress(), `10000000${'00'.repeat(8)}`],
  ])('%s', (_, bytes, expected) => {
    expect(hex(bytes)).toBe(expected)
  })

  test('text that is no address is refused by name', () => {
    expect(() => addressBytes('10.0.0.256')).toThrow('expected an IP address, found "10.0.0.256"')
  })
})
