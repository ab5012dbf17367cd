/** Every byte of a SIP message is a stranger's: mangled ones are read and rewritten without harm. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bytesOf } from '../payload-words.ts'
import { description, register, registered, request, response } from './messages.fixture.ts'
import { sipOverTcp, sipOverUdp } from './sip.ts'
import { TranslatedWork } from './translated.fixture.ts'

const messages = [
  request('INVITE', description()),
  response(200, 'INVITE', description('198.51.100.5')),
  register('<sip:a@192.168.1.10>;expires=60, <sip:a@192.168.1.10:6000>'),
  registered(200, '<sip:a@203.0.113.1:6000>;expires=60'),
  request('BYE') + request('UPDATE', description()),
]

const mangled = fc
  .tuple(
    fc.constantFrom(...messages),
    fc.array(fc.tuple(fc.nat(400), fc.constantFrom('', '\r\n', '\n', ' ', ',', ':', '9', '\xe9', '\0', 'sip:')), {
      maxLength: 5,
    }),
    fc.nat(600),
  )
  .map(([words, insertions, cut]) => {
    const changed = insertions.reduce((all, [at, what]) => all.slice(0, at) + what + all.slice(at + 1), words)
    return changed.slice(0, cut)
  })

it.each([
  ['UDP', sipOverUdp],
  ['TCP', sipOverTcp],
] as const)('a thousand mangled messages over %s', (_, helper) => {
  fc.assert(
    fc.property(mangled, fc.nat(1), fc.boolean(), (words, direction, isTranslated) => {
      const work = new TranslatedWork(bytesOf(words), { protocol: helper.protocol, direction })
      work.isTranslated = isTranslated
      const problem = helper.read(work)
      expect(typeof problem === 'string' || problem === null).toBe(true)
      if (!isTranslated) expect(work.replacements).toEqual([])
      for (const { destinationPort, payloadFrom, payloadTo } of work.requests) {
        expect(destinationPort & ~0xffff).toBe(0)
        expect(payloadFrom).toBeLessThanOrEqual(payloadTo)
      }
    }),
    { numRuns: 1000 },
  )
})
