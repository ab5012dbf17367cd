import { describe, expect, it } from 'vitest'
import { Protocol } from '../../../packet/index.ts'
import { icmp, ip, text, Wire } from '../../wire.fixture.ts'
import { Conversation } from '../conversation.fixture.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'
const clientId = 0x1111
const serverId = 0x2222

const word = (value: number): string => String.fromCharCode(value >>> 8, value & 0xff)

/** A control message whose body begins with `fields` and has `length` bytes. */
const message = (type: number, length: number, fields = ''): string =>
  `${word(12 + length)}\0\x01\x1a\x2b\x3c\x4d${word(type)}\0\0${fields.padEnd(length, '\0')}`

const startRequest = message(1, 144)
const startReply = message(2, 144, '\0\x01\x01')
const callRequest = message(7, 156, word(clientId))
const callReply = message(8, 20, `${word(serverId) + word(clientId)}\x01`)
const incomingRequest = message(9, 208, word(serverId))
const incomingReply = message(10, 12, `${word(clientId) + word(serverId)}\x01`)
const incomingConnected = message(11, 16, word(clientId))
const clear = message(12, 4, word(clientId))
const disconnect = message(13, 136, word(serverId))

const both = [`gre ${client}:${clientId} > ${server}:${serverId}`, `gre ${server}:${serverId} > ${client}:${clientId}`]

/** GRE of version 1 to the receiver's call id; RFC 2637 section 4.1. */
const gre = (from: string, to: string, callId: number): Uint8Array =>
  ip(from, to, Protocol.gre, text(`\x30\x01\x88\x0b\0\x04${word(callId)}\0\0\0\x01data`))
const toServer = gre(client, server, serverId)
const toClient = gre(server, client, clientId)

type Line = readonly [direction: 0 | 1, data: string]

const dialled: readonly Line[] = [
  [0, startRequest],
  [1, startReply],
  [0, callRequest],
  [1, callReply],
]
const called: readonly Line[] = [
  [0, startRequest],
  [1, startReply],
  [1, incomingRequest],
  [0, incomingReply],
  [1, incomingConnected],
]

function talkOf(lines: readonly Line[], wire: Wire = new Wire(), clientPort = 4000): Conversation {
  const talk = new Conversation('pptp', 1723, { clientPort }, wire).connected()
  for (const [direction, data] of lines) expect(talk.say(direction, data)).toBe(`established${direction ? '/r' : ''}`)
  return talk
}

const replaced = (lines: readonly Line[], index: number, data: string): readonly Line[] =>
  lines.map((line, at): Line => (at === index ? [line[0], data] : line))

describe('a call, as Linux 6.18 follows it', () => {
  it.each([
    ['that the client dials', dialled],
    ['that the server announces', called],
  ])('%s: GRE is expected in both directions, with both keys', (_, lines) => {
    expect(talkOf(lines).expected()).toEqual(both)
  })

  it('names the call ids as its cause', () => {
    expect(talkOf(dialled).announcements()).toEqual(['""..', '""..'])
  })

  it('the same answer again replaces what is expected', () => {
    const talk = talkOf(dialled)
    talk.wire.takeEvents()
    talk.say(1, callReply)
    expect(talk.wire.takeEvents().map((line) => line.trim().split(' ')[0])).toEqual([
      '[DESTROY]',
      '[NEW]',
      '[DESTROY]',
      '[NEW]',
    ])
    expect(talk.expected()).toEqual(both)
  })

  it('a second call of a session is not expected, and the first is no longer', () => {
    const talk = talkOf(dialled)
    talk.say(1, message(8, 20, `${word(0x2223) + word(clientId)}\x01`))
    expect(talk.expected()).toEqual([])
  })

  it('that another session expects passes, and is not expected again', () => {
    const { wire } = talkOf(dialled)
    const second = talkOf(dialled, wire, 4001)
    expect(second.expected()).toEqual(both)
    expect(wire.conntrack.expectationsOf(wire.packet.entry)).toHaveLength(0)
  })
})

describe('what announces nothing and passes', () => {
  it.each([
    ['no start', dialled.slice(2)],
    ['a start without an answer', dialled.filter((_, at) => at !== 1)],
    ['a start that is refused', replaced(dialled, 1, message(2, 144, '\0\x01\x02'))],
    ['no call request', dialled.filter((_, at) => at !== 2)],
    ['an answer to another call', replaced(dialled, 3, message(8, 20, `${word(serverId) + word(7)}\x01`))],
    ['a call that is refused', replaced(dialled, 3, message(8, 20, `${word(serverId) + word(clientId)}\x02`))],
    ['an answer that is too short', replaced(dialled, 3, callReply.slice(0, -1))],
    ['another magic cookie', replaced(dialled, 3, callReply.replace('\x4d', '\x4e'))],
    ['a management message', replaced(dialled, 3, callReply.replace('\0\x01\x1a', '\0\x02\x1a'))],
    ['an incoming call that the client refuses', replaced(called, 3, incomingReply.replace('\x01\0', '\x02\0'))],
    ['an incoming call that nobody announced', called.filter((_, at) => at !== 2)],
    ['half a message', [[0, startRequest.slice(0, 7)], ...dialled.slice(1)] as const],
  ])('%s', (_, lines) => {
    expect(talkOf(lines).expected()).toEqual([])
  })
})

describe('GRE', () => {
  it.each([
    ['client', toServer, toClient],
    ['server', toClient, toServer],
  ])('of the %s is RELATED, the other direction its answer, and nothing else is expected', (_, first, second) => {
    const { wire } = talkOf(dialled)
    expect(wire.send(first)).toBe('related')
    expect(wire.conntrack.expectationCount).toBe(0)
    expect(wire.send(second)).toBe('established/r')
    expect(wire.send(first)).toBe('established')
    // The kernel means to give it ten minutes, and five hours once answered; the tracker then sets its own.
    expect(wire.timeout()).toBe(180)
  })

  it.each([
    ['another call id', gre(client, server, 0x2223)],
    ['another host', gre('192.168.1.11', server, serverId)],
  ])('with %s is NEW', (_, forged) => {
    expect(talkOf(dialled).wire.send(forged)).toBe('new')
  })

  it('quoted in an error is found by both keys', () => {
    const { wire } = talkOf(dialled)
    wire.send(toServer)
    expect(wire.send(icmp('203.0.113.9', client, 3, 1, 0, toServer))).toBe('related/r')
  })

  it('that a rule drops takes the call ids with it', () => {
    const { wire } = talkOf(dialled)
    expect(wire.track(toServer)).toBe('related')
    expect(wire.send(toClient)).toBe('new')
    expect(wire.conntrack.port(wire.packet.entry, 0, 0)).toBe(0)
  })
})

describe('the end', () => {
  it('of a call that the server confirms destroys its GRE flow', () => {
    const talk = talkOf(dialled)
    talk.wire.send(toServer)
    talk.wire.takeEvents()
    talk.say(1, disconnect)
    expect(talk.wire.takeEvents()).toEqual([expect.stringMatching(/^\[DESTROY\] gre/)])
    expect(talk.wire.send(toServer)).toBe('new')
  })

  it('of a call forgets what is expected', () => {
    const talk = talkOf(dialled)
    talk.say(1, disconnect)
    expect(talk.expected()).toEqual([])
  })

  it('that the client asks for changes nothing yet', () => {
    const talk = talkOf(dialled)
    talk.say(0, clear)
    expect(talk.expected()).toEqual(both)
  })

  it('of the control connection destroys the GRE flow', () => {
    const { wire } = talkOf(dialled)
    const { entry } = wire.packet
    wire.send(toServer)
    const flow = wire.packet.entry
    wire.conntrack.kill(entry)
    expect(wire.conntrack.status(flow) & 0x200).toBe(0x200)
  })
})
