import { describe, expect, it } from 'vitest'
import { udp } from '../wire.fixture.ts'
import { Conversation } from './conversation.fixture.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'
const request = '\0\x01file\0octet\0'
const begin = (): Conversation => new Conversation('tftp', 69)

describe('requests, as Linux 6.18 reads them', () => {
  it.each([
    ['to read', request],
    ['to write', '\0\x02file\0octet\0'],
    ['of an opcode alone', '\0\x01'],
  ])('one %s announces an answer from any port', (_, data) => {
    const talk = begin()
    expect(talk.tell(0, data)).toBe('new')
    expect(talk.expected()).toEqual([`udp ${server} > ${client}:4000`])
  })

  it.each([
    ['half an opcode', '\0'],
    ['data', '\0\x03\0\x01'],
    ['an acknowledgment', '\0\x04\0\x01'],
    ['an error', '\0\x05\0\x01'],
    ['the other byte order', '\x01\0'],
    ['nothing', ''],
  ])('%s announces nothing', (_, data) => {
    const talk = begin()
    expect(talk.tell(0, data)).toBe('new')
    expect(talk.expected()).toEqual([])
  })

  it('the server may ask, too: what is expected stays the same', () => {
    const talk = begin()
    talk.tell(0, '\0\x05')
    expect(talk.tell(1, request)).toBe('established/r')
    expect(talk.expected()).toEqual([`udp ${server} > ${client}:4000`])
  })

  it('IPv6', () => {
    const talk = new Conversation('tftp', 69, { client: 'fd00::10', server: '2001:db8:2::5' })
    talk.tell(0, request)
    expect(talk.expected()).toEqual(['udp 2001:db8:2::5 > fd00::10:4000'])
  })
})

describe('the transfer', () => {
  it('is RELATED from the server, and then ESTABLISHED', () => {
    const { wire } = asked()
    expect(wire.send(udp(server, 30_000, client, 4000, '\0\x03\0\x01'))).toBe('related')
    expect(wire.send(udp(client, 4000, server, 30_000, '\0\x04\0\x01'))).toBe('established/r')
  })

  it('is expected once: a second port of the server is NEW', () => {
    const { wire } = asked()
    wire.send(udp(server, 30_000, client, 4000))
    expect(wire.send(udp(server, 30_001, client, 4000))).toBe('new')
  })

  it.each([
    ['another host', udp('198.51.100.9', 30_000, client, 4000)],
    ['another port of the client', udp(server, 30_000, client, 4001)],
  ])('%s is NEW', (_, forged) => {
    expect(asked().wire.send(forged)).toBe('new')
  })

  it('names the opcode as its cause', () => {
    expect(asked().announcements()).toEqual(['..'])
  })
})

it('a request is dropped when another connection expects the same', () => {
  const first = asked()
  const second = new Conversation('tftp', 1069, {}, first.wire)
  expect(second.tell(0, request)).toBe('dropped:helper')
  expect(first.wire.conntrack.helperProblem).toBe(
    'the transfer of a TFTP request cannot be expected: another connection expects the same',
  )
})

function asked(): Conversation {
  const talk = begin()
  talk.tell(0, request)
  return talk
}
