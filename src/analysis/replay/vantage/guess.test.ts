import { describe, expect, it } from 'vitest'
import { buildTcp, buildUdp } from '../../../model/packet/index.ts'
import { captureOf, readAll } from '../replay.fixture.ts'
import { guessVantage } from './guess.ts'
import { sidesText } from './sides.ts'
import { Survey } from './survey.ts'

const surveyOf = (packets: readonly Uint8Array[], linkType = 101): Survey => {
  const survey = new Survey()
  readAll(captureOf(packets, linkType), (frame) => survey.feed(frame, 0))
  return survey
}

const names = { inside: 'lan', outside: 'wan' }
const udp = (from: string, to: string): Uint8Array => buildUdp({ from, to, fromPort: 1, toPort: 2, payload: 'x' })
const answer = (from: string, to: string): Uint8Array => buildTcp({ from, to, fromPort: 80, toPort: 4000, flags: 'SA' })

describe('without --host and --between', () => {
  const cases: readonly (readonly [string, readonly Uint8Array[], string])[] = [
    [
      'private addresses that speak with public ones are inside, by their whole block',
      [udp('192.168.7.9', '198.51.100.1'), udp('198.51.100.1', '192.168.7.9')],
      'lan=192.168.0.0/16',
    ],
    [
      'else who opens flows is inside, with the network around it',
      [udp('10.0.1.2', '10.0.2.2'), udp('10.0.2.2', '10.0.1.2')],
      'lan=10.0.1.0/24',
    ],
    ['an answer says that the other one opened', [answer('10.0.2.2', '10.0.1.2')], 'lan=10.0.1.0/24'],
    ['neighbours in one network are told apart by address', [udp('10.0.1.2', '10.0.1.3')], 'lan=10.0.1.2/32'],
    ['IPv6 has networks of 64 bits', [udp('2001:db8:1::2', '2001:db8:2::2')], 'lan=2001:db8:1::/64'],
  ]
  it.each(cases)('%s', (_name, packets, expected) => {
    const guess = guessVantage(surveyOf(packets), names)
    expect(guess.kind === 'between' ? sidesText(guess.sides) : guess.kind).toBe(expected)
    expect(guess.words.join(' ')).toContain('--between')
  })

  it('direction marks tell the address of the box', () => {
    const cooked = (packetType: number, packet: Uint8Array): Uint8Array =>
      Uint8Array.from([0, packetType, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0, ...packet])
    const packets = [cooked(4, udp('10.0.1.2', '198.51.100.1')), cooked(0, udp('198.51.100.1', '10.0.1.2'))]
    expect(guessVantage(surveyOf(packets, 113), names)).toMatchObject({ kind: 'host', addresses: ['10.0.1.2'] })
  })

  it('what no router passes on was taken on the machine that was asked', () => {
    expect(guessVantage(surveyOf([udp('fe80::1', 'fe80::2')]), names)).toMatchObject({
      kind: 'host',
      addresses: ['fe80::2'],
    })
    expect(guessVantage(surveyOf([udp('127.0.0.1', '127.0.0.1')]), names)).toMatchObject({
      kind: 'host',
      addresses: [],
    })
  })
})
