import { describe, expect, test } from 'vitest'
import type { Libc } from '../native/index.ts'
import { Tun } from './tun.ts'

/** Only these calls are reached; the reads answer in turn, with a packet or minus an errno. */
function libcWith(reads: (Uint8Array | number)[], requests: string[] = []): Libc {
  const calls: Partial<Libc> = {
    open: () => 9,
    ioctl: (_, request, argument) => {
      requests.push(`${request.toString(16)} ${Buffer.from(argument).toString('latin1').replace(/\0+/g, ' ').trim()}`)
      return 0
    },
    ioctlNumber: (_, request, argument) => {
      requests.push(`${request.toString(16)} ${argument}`)
      return 0
    },
    read: (_, into) => {
      const next = reads.shift() ?? -11
      if (typeof next === 'number') return next
      into.set(next)
      return next.length
    },
  }
  return calls as Libc
}

describe('a TUN device', () => {
  test('is made without packet information, and persistent', () => {
    const requests: string[] = []
    new Tun(libcWith([], requests), 'wan')
    expect(requests).toEqual(['400454ca wan \x01\x10', '400454cb 1'])
  })

  test('hands out all packets that wait, each in memory of its own', () => {
    const tun = new Tun(libcWith([Uint8Array.of(1, 2), Uint8Array.of(3), -11, Uint8Array.of(4)]), 'wan')
    expect(tun.receiveAll()).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3)])
    expect(tun.receiveAll()).toEqual([Uint8Array.of(4)])
  })

  test('says which device could not be read', () => {
    expect(() => new Tun(libcWith([-5]), 'wan').receiveAll()).toThrow('read wan: i/o error (EIO)')
  })

  test.each(['', 'a-name-of-more-than-15'])('the name "%s" is refused', (name) => {
    expect(() => new Tun(libcWith([]), name)).toThrow('expected an interface name of 1 to 15 bytes')
  })
})
