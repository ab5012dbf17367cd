import { describe, expect, it } from 'vitest'
import { tcp } from '../wire.fixture.ts'
import { Conversation } from './conversation.fixture.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'
const line = 'CONNECT DATA 1024 MESG 1025 INDEX 1026\n'
const ports = (...all: number[]): string[] => all.map((port) => `tcp ${client} > ${server}:${port}`)

function begin(answer: string): Conversation {
  const talk = new Conversation('amanda', 10_080)
  talk.tell(0, 'request')
  expect(talk.tell(1, answer)).toBe('established/r')
  return talk
}

describe('answers, as Linux 6.18 reads them', () => {
  it.each([
    ['three channels', line, [1024, 1025, 1026]],
    ['a fourth one', 'CONNECT DATA 1024 MESG 1025 INDEX 1026 STATE 1027\n', [1024, 1025, 1026, 1027]],
    ['lines before and after', `Amanda 2.5 REP HANDLE 000-1 SEQ 1\n${line}OPTIONS ;\n`, [1024, 1025, 1026]],
    ['another order', 'CONNECT INDEX 1026 DATA 1024\n', [1024, 1026]],
    ['a privileged port', 'CONNECT DATA 22 MESG 1025\n', [1025, 22]],
    ['a port beyond 65535', 'CONNECT DATA 70000\n', [4464]],
    ['more than five digits', 'CONNECT DATA 123456\n', [12_345]],
    ['port 0 and all behind it', 'CONNECT DATA 1024 MESG 0 INDEX 1026\n', [1024]],
    ['no number, and all behind it', 'CONNECT DATA x MESG 1025\n', []],
    ['no line end', 'CONNECT DATA 1024 MESG 1025', []],
    ['small letters', 'connect DATA 1024\n', []],
    ['channels in the next line', 'CONNECT \nDATA 1024 MESG 1025\n', []],
    ['one port twice', 'CONNECT DATA 1024 MESG 1024\n', [1024]],
  ])('%s', (_, answer, expected) => {
    expect(begin(answer).expected()).toEqual(ports(...expected))
  })

  it('a request announces nothing', () => {
    const talk = new Conversation('amanda', 10_080)
    talk.tell(0, line)
    expect(talk.expected()).toEqual([])
  })

  it('each answer gives the connection five minutes, also one without data', () => {
    const talk = begin('')
    expect(talk.wire.timeout()).toBe(300)
  })
})

describe('a channel', () => {
  it('is RELATED from who asked', () => {
    const { wire } = begin(line)
    expect(wire.send(tcp(client, 5000, server, 1025, 'S', { sequence: 1 }))).toBe('related')
  })

  it.each([
    ['another host', tcp('192.168.1.11', 5000, server, 1025, 'S', { sequence: 1 })],
    ['another port', tcp(client, 5000, server, 1027, 'S', { sequence: 1 })],
  ])('%s is NEW', (_, forged) => {
    expect(begin(line).wire.send(forged)).toBe('new')
  })

  it('names its port as the cause', () => {
    expect(begin(line).announcements()).toEqual(['1024', '1025', '1026'])
  })

  it('that another connection expects: the answer is dropped, the others are expected', () => {
    const first = begin('CONNECT DATA 1025\n')
    const second = new Conversation('amanda', 10_081, {}, first.wire)
    second.tell(0, 'request')
    expect(second.tell(1, line)).toBe('dropped:helper')
    expect(first.wire.conntrack.helperProblem).toBe(
      'a channel of an Amanda backup cannot be expected: another connection expects the same',
    )
    expect(second.expected()).toEqual(ports(1024, 1025, 1026))
  })
})
