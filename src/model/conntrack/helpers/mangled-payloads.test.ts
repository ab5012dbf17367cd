/** Every byte of a payload is a stranger's: mangled messages of each protocol are read without harm. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { text } from '../wire.fixture.ts'
import { amanda } from './amanda.ts'
import { FakeWork } from './fake-work.fixture.ts'
import type { Helper } from './helper.ts'
import { irc } from './irc.ts'
import { pptp } from './pptp/pptp.ts'
import { sane } from './sane.ts'
import { tftp } from './tftp.ts'

const pptpHeader = '\0\0\0\x01\x1a\x2b\x3c\x4d\0'

const messages: readonly (readonly [Helper, readonly string[]])[] = [
  [tftp, ['\0\x01file\0octet\0']],
  [
    irc,
    [
      'PRIVMSG bob :\x01DCC SEND file 3232235786 5000 100\x01\r\n',
      ' privmsg b :\x01DCC X :\x01DCC CHAT chat 3232235786 5\n',
    ],
  ],
  [amanda, ['CONNECT DATA 1024 MESG 01025 INDEX 1026\n', 'CONNECT INDEX 00005 \n']],
  [sane, ['\0\0\0\x07\0\0\0\x01', '\0\0\0\0\0\0\x1b\x58']],
  [
    pptp,
    [2, 7, 8, 9, 10, 11, 12, 13, 15].map(
      (type) => `${pptpHeader}${String.fromCharCode(type)}\0\0${'\0\0\0\0\x01'.padEnd(208, '\0')}`,
    ),
  ],
]

describe.each(messages.map(([helper, lines]) => [helper.name, helper, lines] as const))('%s', (_, helper, lines) => {
  const mangled = fc.tuple(
    fc.constantFrom(...lines),
    fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }),
    fc.nat(240),
  )
  it('two thousand mangled messages', () => {
    fc.assert(
      fc.property(
        mangled,
        fc.nat(1),
        fc.boolean(),
        fc.array(fc.nat(6), { minLength: 6, maxLength: 6 }),
        ([line, changes, cut], direction, isTranslated, memory) => {
          const bytes = text(line)
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
          const payload = bytes.subarray(0, cut)
          const work = new FakeWork(payload, {
            protocol: helper.protocol,
            direction,
            memory: Int32Array.from(memory),
          })
          work.isTranslated = isTranslated
          const problem = helper.read(work)
          expect(typeof problem === 'string' || problem === null).toBe(true)
          for (const request of work.requests) {
            expect(request.destinationPort & ~0xffff).toBe(0)
            expect(request.payloadFrom).toBeLessThanOrEqual(request.payloadTo)
            // What is written in place of a port may be shorter.
            expect(request.payloadTo).toBeLessThanOrEqual(Math.max(payload.length, work.bytes.length))
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})
