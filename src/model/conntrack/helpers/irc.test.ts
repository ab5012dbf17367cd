import { describe, expect, it } from 'vitest'
import { defaultHelperParameters } from '../helper-parameters.ts'
import { tcp, Wire } from '../wire.fixture.ts'
import { Conversation } from './conversation.fixture.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'
/** The client's address as DCC writes it. */
const decimal = '3232235786'
const begin = (wire?: Wire): Conversation => new Conversation('irc', 6667, {}, wire).connected()
const offer = `PRIVMSG bob :\x01DCC SEND file ${decimal} 5000 100\x01\r\n`

describe('offers of the client, as Linux 6.18 reads them', () => {
  it.each([
    ['a file', offer, 5000],
    ['a chat', `PRIVMSG bob :\x01DCC CHAT chat ${decimal} 5000\x01\r\n`, 5000],
    ['MOVE', `PRIVMSG bob :\x01DCC MOVE f ${decimal} 5000 1\x01\r\n`, 5000],
    ['TSEND', `PRIVMSG bob :\x01DCC TSEND f ${decimal} 5000 1\x01\r\n`, 5000],
    ['SCHAT', `PRIVMSG bob :\x01DCC SCHAT chat ${decimal} 5000\x01\r\n`, 5000],
    ['privmsg in small letters', offer.replace('PRIVMSG', 'privmsg'), 5000],
    ['blanks and line ends before', `\r\n  ${offer}`, 5000],
    ['without the closing byte', `PRIVMSG bob :\x01DCC SEND file ${decimal} 5000 100\n`, 5000],
    ['several blanks before the port', offer.replace(' 5000', '   5000'), 5000],
    ['a privileged port', offer.replace('5000', '22'), 22],
    ['a port beyond 65535', offer.replace('5000', '70000'), 4464],
    ['an address beyond 32 bits', offer.replace(decimal, String(2 ** 32 + Number(decimal))), 5000],
    [
      'a second message after an unknown one',
      `PRIVMSG bob :\x01DCC X :\x01DCC SEND file ${decimal} 5000 100\x01\r\n`,
      5000,
    ],
  ])('%s', (_, data, port) => {
    const talk = begin()
    expect(talk.say(0, data)).toBe('established')
    expect(talk.expected()).toEqual([`tcp any > ${client}:${port}`])
  })
})

describe('what announces nothing and passes', () => {
  it.each([
    ['an address of somebody else', offer.replace(decimal, '3232235787')],
    ['port 0', offer.replace('5000', '0')],
    ['port 65536', offer.replace('5000', '65536')],
    ['a dotted address', offer.replace(decimal, client)],
    ['no blank before the port', offer.replace(' 5000', 'x5000')],
    ['a second line of the segment', `NICK x\r\n${offer}`],
    ['NOTICE', offer.replace('PRIVMSG', 'NOTICE')],
    ['dcc in small letters', offer.replace('DCC', 'dcc')],
    ['DCC RESUME', offer.replace('SEND', 'RESUME')],
    ['no line end', offer.trimEnd()],
    ['a file of two words', offer.replace('file', 'two words')],
    ['text before the offer', offer.replace(':', ':look ')],
    ['an offer behind 4,095 bytes', offer.replace('bob', 'x'.repeat(4060))],
  ])('%s', (_, data) => {
    const talk = begin()
    expect(talk.say(0, data)).toBe('established')
    expect(talk.expected()).toEqual([])
  })

  it('an offer of the server', () => {
    const talk = begin()
    expect(talk.say(1, offer)).toBe('established/r')
    expect(talk.expected()).toEqual([])
  })
})

describe('the offered connection', () => {
  it('is RELATED from anybody', () => {
    const { wire } = offered()
    expect(wire.send(tcp('203.0.113.77', 1234, client, 5000, 'S', { sequence: 1 }))).toBe('related')
  })

  it('is NEW at another port', () => {
    expect(offered().wire.send(tcp(server, 1234, client, 5001, 'S', { sequence: 1 }))).toBe('new')
  })

  it('names address and port as its cause', () => {
    expect(offered().announcements()).toEqual([`${decimal} 5000`])
  })

  it('is dropped when another connection expects the same', () => {
    const first = offered()
    const second = new Conversation('irc', 6667, { clientPort: 4001 }, first.wire).connected()
    expect(second.say(0, offer)).toBe('dropped:helper')
    expect(first.wire.conntrack.helperProblem).toBe(
      'a DCC connection cannot be expected: another connection expects the same',
    )
  })
})

describe('module parameters', () => {
  const offers = (talk: Conversation, count: number): void => {
    for (let i = 0; i < count; i++) talk.say(0, offer.replace('5000', String(5000 + i)))
  }

  it('eight offers at a time: the oldest give way', () => {
    const talk = begin()
    offers(talk, 10)
    expect(talk.expected()).toHaveLength(8)
    expect(talk.expected()[0]).toBe(`tcp any > ${client}:5002`)
  })

  it('max_dcc_channels and dcc_timeout', () => {
    const parameters = { ...defaultHelperParameters, irc: { maximumChannels: 2, channelTimeout: 9 } }
    const talk = begin(new Wire({ parameters }))
    offers(talk, 3)
    expect(talk.expected()).toHaveLength(2)
    const { conntrack } = talk.wire
    conntrack.advance(talk.wire.now + 8999)
    expect(conntrack.expectationCount).toBe(2)
    conntrack.advance(talk.wire.now + 9000)
    expect(conntrack.expectationCount).toBe(0)
  })
})

function offered(): Conversation {
  const talk = begin()
  talk.say(0, offer)
  return talk
}
