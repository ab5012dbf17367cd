import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { text } from '../wire.fixture.ts'
import { readSnmp } from './snmp-message.ts'

/** An element: type and value. */
const of = (type: number, ...values: readonly string[]): string => {
  const value = values.join('')
  return String.fromCharCode(type, value.length) + value
}
const sequence = (...values: readonly string[]): string => of(0x30, ...values)
const number = (value: number): string => of(2, String.fromCharCode(value))
const address = of(0x40, '\xc0\xa8\x01\x0a')
const variable = (...values: readonly string[]): string => sequence(of(6, '+\x06\x01'), ...values)
const unit = (type: number, ...variables: readonly string[]): string =>
  of(type, number(1), number(0), number(0), sequence(...variables))
const message = (body: string, version = 1): string => sequence(number(version), of(4, 'public'), body)
const response = 0xa2

/** How many addresses, or what is wrong. */
function read(data: string): number | string {
  const bytes = text(data)
  const found: number[] = []
  return readSnmp(bytes, 0, bytes.length, (at) => found.push(at)) ?? found.length
}

describe('messages, as the decoder of Linux 6.18 reads them (recorded in test/kernel)', () => {
  it.each([
    ['an address in a response', message(unit(response, variable(address))), 1],
    ['of SNMPv1', message(unit(response, variable(address)), 0), 1],
    ['two variables', message(unit(response, variable(address), variable(address))), 2],
    ['other values', message(unit(response, variable(number(7)), variable(of(5)), variable(of(0x41, 'abcd')))), 0],
    ['a counter behind an address', message(unit(response, variable(address, of(0x41, 'a')))), 1],
    [
      'a request and its response in one message',
      message(unit(0xa0, variable(of(5))) + unit(response, variable(address))),
      1,
    ],
    ['a variable without a value', message(unit(response, variable())), 0],
    ['bytes behind the message', `${message(unit(response, variable(address)))}rest`, 1],
    ['an element that says that it is none', message(unit(0x82, variable(address))), 1],
    [
      'a list whose end is marked',
      sequence(number(1), of(4), `\xa2\x80${number(1)}${number(0)}${number(0)}${sequence(variable(address))}\0\0`),
      1,
    ],
  ])('%s', (_, data, addresses) => {
    expect(read(data)).toBe(addresses)
  })

  it.each([
    ['nothing', '', 'it ends too early'],
    ['SNMPv3', message(unit(response, variable(address)), 3), 'a version that is neither 1 nor 2c'],
    [
      'a trap of SNMPv1',
      message(of(0xa4, of(6, '+'), address), 0),
      'a kind of message that is not known, such as a trap of SNMPv1',
    ],
    ['no variable', message(unit(response)), 'it ends too early'],
    [
      'an address of three bytes',
      message(unit(response, variable(of(0x40, 'abc')))),
      'an IpAddress that is not four bytes long',
    ],
    ['two addresses', message(unit(response, variable(address, address))), 'a variable without a value'],
    [
      'something behind the variables',
      message(of(response, number(1), number(0), number(0), sequence(variable(address)), of(5))),
      'an element that is longer than what is in it',
    ],
    ['a length of three bytes', '\x30\x83\0\0\x05', 'a length of more than two bytes'],
  ])('%s is wrong', (_, data, wrong) => {
    expect(read(data)).toBe(wrong)
  })

  it('two thousand mangled ones', () => {
    const data = message(unit(response, variable(address), variable(of(5)), variable(of(4, 'name'))))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(data.length - 1), fc.nat(255)), { maxLength: 3 }),
        fc.nat(80),
        (changes, cut) => {
          const bytes = text(data)
          for (const [at, value] of changes) bytes[at] = value
          const to = Math.min(cut, bytes.length)
          readSnmp(bytes, 0, to, (at) => expect(at + 4).toBeLessThanOrEqual(to))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
