import { describe, expect, it } from 'vitest'
import { tcp } from '../wire.fixture.ts'
import { Conversation } from './conversation.fixture.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'
const start = '\0\0\0\x07\0\0\0\x01'
const granted = '\0\0\0\0\0\0\x1b\x58'
const begin = (): Conversation => new Conversation('sane', 6566).connected()

describe('requests and answers, as Linux 6.18 reads them', () => {
  it.each([
    ['a start that is granted', start, granted, ['7000']],
    ['a longer answer', start, `${granted}\0\0\0\0`, ['7000']],
    ['port 0', start, '\0\0\0\0\0\0\0\0', ['0']],
    ['another request', '\0\0\0\x06\0\0\0\x01', granted, []],
    ['a request that is too long', `${start}\0`, granted, []],
    ['a refusal', start, '\0\0\0\x01\0\0\x1b\x58', []],
    ['no zero before the port', start, '\0\0\0\0\0\x01\x1b\x58', []],
    ['an answer that is too short', start, granted.slice(0, 7), []],
  ])('%s', (_, request, answer, ports) => {
    const talk = begin()
    talk.say(0, request)
    expect(talk.say(1, answer)).toBe('established/r')
    expect(talk.expected()).toEqual(ports.map((port) => `tcp ${client} > ${server}:${port}`))
  })

  it('only the first answer counts', () => {
    const talk = begin()
    talk.say(0, start)
    talk.say(1, granted.slice(0, 4))
    talk.say(1, granted)
    expect(talk.expected()).toEqual([])
  })

  it('another request of eight bytes takes the start back, one of other length does not', () => {
    const talk = begin()
    talk.say(0, start)
    talk.say(0, 'longer than that')
    talk.say(1, granted)
    expect(talk.expected()).toHaveLength(1)
    talk.say(0, start)
    talk.say(0, 'eight by')
    talk.say(1, '\0\0\0\0\0\0\x1b\x59')
    expect(talk.expected()).toEqual([`tcp ${client} > ${server}:7000`])
  })
})

describe('the data connection', () => {
  const started = (): Conversation => {
    const talk = begin()
    talk.say(0, start)
    talk.say(1, granted)
    return talk
  }

  it('is RELATED from the client', () => {
    expect(started().wire.send(tcp(client, 5000, server, 7000, 'S', { sequence: 1 }))).toBe('related')
  })

  it.each([
    ['another host', tcp('192.168.1.11', 5000, server, 7000, 'S', { sequence: 1 })],
    ['another port', tcp(client, 5000, server, 7001, 'S', { sequence: 1 })],
  ])('%s is NEW', (_, forged) => {
    expect(started().wire.send(forged)).toBe('new')
  })

  it('names the port as its cause', () => {
    expect(started().announcements()).toEqual(['.X'])
  })

  it('that another connection expects: the answer is dropped', () => {
    const first = started()
    const second = new Conversation('sane', 6566, { clientPort: 4001 }, first.wire).connected()
    second.say(0, start)
    expect(second.say(1, granted)).toBe('dropped:helper')
    expect(first.wire.conntrack.helperProblem).toBe(
      'the data connection of a SANE scan cannot be expected: another connection expects the same',
    )
  })
})
