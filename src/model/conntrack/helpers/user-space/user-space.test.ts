/** Helpers in user space: who is let in by what they expect. What they read is held in test/conntrackd. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tcp, text, udp } from '../../wire.fixture.ts'
import { Conversation } from '../conversation.fixture.ts'
import { FakeWork } from '../fake-work.fixture.ts'
import { helpers } from '../table.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'

const word = (value: number): string =>
  String.fromCharCode((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
const wordsOf = (...values: readonly number[]): string => values.map(word).join('')

describe('rpc', () => {
  /** Transaction 7: which port has program 100003, version 3, over TCP? */
  const call = wordsOf(7, 0, 2, 100_000, 2, 3, 0, 0, 0, 0, 100_003, 3, 6, 0)
  const answer = (port: number, transaction = 7): string => wordsOf(transaction, 1, 0, 0, 0, 0, port)
  const mapped = (): Conversation => {
    const talk = new Conversation('rpc', 111)
    talk.tell(0, call)
    expect(talk.tell(1, answer(2049))).toBe('established/r')
    return talk
  }

  it('the program that an answer names is RELATED, as often as it is called', () => {
    const talk = mapped()
    expect(talk.expected()).toEqual([`tcp ${client} > ${server}:2049`])
    expect(talk.announcements()).toEqual(['....'])
    expect(talk.wire.send(tcp(client, 5000, server, 2049, 'S'))).toBe('related')
    expect(talk.wire.send(tcp(client, 5001, server, 2049, 'S'))).toBe('related')
  })

  it.each([
    ['of another host', tcp('192.168.1.11', 5000, server, 2049, 'S')],
    ['to another port', tcp(client, 5000, server, 2050, 'S')],
    ['over UDP', udp(client, 5000, server, 2049)],
  ])('a connection %s is NEW', (_, forged) => {
    expect(mapped().wire.send(forged)).toBe('new')
  })

  it.each([
    ['of another transaction', answer(2049, 8)],
    ['without a port', answer(0)],
    ['that was refused', wordsOf(7, 1, 1, 0, 0, 0, 2049)],
    ['with a word too many', `${answer(2049)}${word(0)}`],
    ['that is cut', answer(2049).slice(0, 20)],
  ])('an answer %s announces nothing', (_, data) => {
    const talk = new Conversation('rpc', 111)
    talk.tell(0, call)
    expect(talk.tell(1, data)).toBe('established/r')
    expect(talk.expected()).toEqual([])
  })

  it('an answer to no call, of transaction 0, is dropped: it asks for no protocol', () => {
    const talk = new Conversation('rpc', 111)
    talk.tell(0, 'x')
    expect(talk.tell(1, answer(2049, 0))).toBe('dropped:helper')
    expect(talk.wire.conntrack.helperProblem).toBe(
      'the port of an RPC program cannot be expected: no call asked for one over TCP or UDP',
    )
  })

  it('over TCP, behind the mark of a record', () => {
    const talk = new Conversation('rpc', 111).connected()
    talk.say(0, word(0x80000000 | call.length) + call)
    talk.say(1, word(0x80000000 | answer(111).length) + answer(70_000))
    expect(talk.expected()).toEqual([`tcp ${client} > ${server}:4464`])
  })
})

describe('tns', () => {
  const packet = (type: number, body: string): string =>
    `${word((8 + body.length) << 16)}${String.fromCharCode(type)}\0\0\0${body}`
  const target = '(ADDRESS=(PROTOCOL=tcp)(HOST=10.0.0.9)(PORT=40001))'
  const redirect = packet(5, `\0${String.fromCharCode(target.length)}${target}`)
  const redirected = (data = redirect): Conversation => {
    const talk = new Conversation('tns', 1521).connected()
    expect(talk.say(1, data)).toBe('established/r')
    return talk
  }

  it('a redirected connection is RELATED, wherever it leads', () => {
    const talk = redirected()
    expect(talk.expected()).toEqual([`tcp ${client} > 10.0.0.9:40001`])
    expect(talk.announcements()).toEqual(['10.0.0.9)(PORT=40001)'])
    expect(talk.wire.send(tcp(client, 5000, '10.0.0.9', 40_001, 'S'))).toBe('related')
  })

  it.each([
    ['of another host', tcp('192.168.1.11', 5000, '10.0.0.9', 40_001, 'S')],
    ['to another address', tcp(client, 5000, server, 40_001, 'S')],
    ['to another port', tcp(client, 5000, '10.0.0.9', 40_002, 'S')],
  ])('a connection %s is NEW', (_, forged) => {
    expect(redirected().wire.send(forged)).toBe('new')
  })

  it('of a DATA packet behind an empty REDIRECT only what has no zero before it is read', () => {
    const talk = redirected(packet(5, '\0\0'))
    talk.say(1, packet(6, `\0\0${target}`))
    expect(talk.expected()).toEqual([])
    talk.say(1, packet(5, '\0\0'))
    talk.say(1, packet(6, `\x01\x01${target}`))
    expect(talk.expected()).toEqual([`tcp ${client} > 10.0.0.9:40001`])
  })

  it.each([
    ['a name', redirect.replace('10.0.0.9', 'database')],
    ['no port', redirect.replace('40001', '00000')],
    ['three numbers', redirect.replace('10.0.0.9', '10.0.009')],
    ['a packet of another type', packet(2, `\0\0${target}`)],
  ])('%s announces nothing', (_, data) => {
    expect(redirected(data).expected()).toEqual([])
  })
})

describe('dhcpv6', () => {
  const asked = (message: string): Conversation => {
    const talk = new Conversation('dhcpv6', 547, { client: 'fe80::10', clientPort: 546, server: 'ff02::1:2' })
    talk.tell(0, message)
    return talk
  }

  it('a message to all servers may be answered by anyone, for as long as its type is', () => {
    const talk = asked('\x03')
    expect(talk.expected()).toEqual(['udp any > fe80::10:546'])
    expect(talk.wire.timeout()).toBe(30)
    expect(talk.wire.send(udp('fe80::99', 547, 'fe80::10', 546))).toBe('related')
    expect(talk.wire.send(udp('fe80::99', 547, 'fe80::10', 545))).toBe('new')
  })

  it('one of an unknown type is dropped', () => {
    const talk = asked('\x03')
    expect(talk.tell(0, '\x0e')).toBe('dropped:helper')
    expect(talk.wire.conntrack.helperProblem).toBe('a DHCPv6 message has the unknown type 14')
  })
})

describe.each([
  ['mdns', '224.0.0.251', 5353],
  ['slp', '239.255.255.253', 427],
] as const)('%s', (helper, group, port) => {
  it('may be answered by anyone, from the port that was asked', () => {
    const talk = new Conversation(helper, port, { server: group })
    talk.tell(0, 'anything')
    expect(talk.expected()).toEqual([`udp any:${port} > ${client}:4000`])
    expect(talk.wire.send(udp('192.168.1.7', port, client, 4000))).toBe('related')
    expect(talk.wire.send(udp('8.8.8.8', port, client, 4000))).toBe('related')
    expect(talk.wire.send(udp('192.168.1.8', port + 1, client, 4000))).toBe('new')
    expect(talk.wire.send(udp('192.168.1.8', port, client, 4001))).toBe('new')
  })
})

describe('ssdp', () => {
  const search = 'M-SEARCH * HTTP/1.1\r\n\r\n'
  const searched = (data = search, server = '239.255.255.250'): Conversation => {
    const talk = new Conversation('ssdp', 1900, { server })
    expect(talk.tell(0, data)).toBe('new')
    return talk
  }
  const found = (location: string): string => `HTTP/1.1 200 OK\r\nlocation: ${location}\r\n\r\n`

  it('a search may be answered from anywhere, and an answer leads to the description, by helpers of the same name', () => {
    const { wire, ...talk } = { wire: searched().wire, expected: searched().expected() }
    expect(talk.expected).toEqual([`udp any > ${client}:4000`])
    expect(wire.send(udp('192.168.1.7', 5000, client, 4000))).toBe('related')
    expect(wire.send(udp(client, 4000, '192.168.1.7', 5000, found('http://192.168.1.7:49152/d.xml')))).toBe(
      'established/r',
    )
    expect(wire.send(tcp(client, 6000, '192.168.1.7', 49_152, 'S'))).toBe('related')
    expect(wire.send(tcp(client, 6000, '192.168.1.7', 49_153, 'S'))).toBe('new')
  })

  it.each([
    ['to another group', searched(search, '224.0.0.251')],
    ['of another kind', searched('NOTIFY * HTTP/1.1\r\n\r\n')],
    ['without a word', searched('')],
  ])('a message %s announces nothing', (_, talk) => {
    expect(talk.expected()).toEqual([])
  })

  it.each([
    ['a name', 'http://device/d.xml'],
    ['an encrypted place', 'https://192.168.1.7/'],
    ['an address with a zero in front', 'http://192.168.01.7/'],
    ['one of the other family', 'http://[2001:db8::7]/'],
  ])('an answer that names %s announces nothing', (_, location) => {
    const talk = searched()
    talk.tell(1, found(location))
    expect(talk.expected()).toEqual([`udp any > ${client}:4000`])
  })

  it('who subscribes is told by that device alone, and only where it says that it is', () => {
    const subscribe = (callback: string): Conversation => {
      const talk = new Conversation('ssdp', 49_152).connected()
      talk.say(0, `SUBSCRIBE /events HTTP/1.1\r\nCALLBACK: <${callback}>\r\n\r\n`)
      return talk
    }
    expect(subscribe('http://192.168.1.99:5000/').expected()).toEqual([])
    const talk = subscribe(`http://${client}:5000/`)
    expect(talk.announcements()).toEqual([`${client}:5000`])
    expect(talk.wire.send(tcp('198.51.100.6', 6000, client, 5000, 'S'))).toBe('new')
    expect(talk.wire.send(tcp(server, 6000, client, 5000, 'S'))).toBe('related')
  })
})

describe('any bytes', () => {
  const messages = ['M-SEARCH ', 'LOCATION: http://1.2.3.4:5/\r', 'SUBSCRIBE x\r\nCALLBACK: <http://192.168.1.10:/\r']
  const redirect = '\0\x40\0\0\x05\0\0\0\0\x30(ADDRESS=(HOST=1.2.3.4)(PORT=5))'
  const call = wordsOf(7, 0, 2, 100_000, 2, 3, 0, 0, 0, 0, 100_003, 3, 6, 0)
  const seeds = [...messages, redirect, call, wordsOf(7, 1, 0, 0, 0, 0, 2049)]

  it.each(
    helpers
      .filter(({ isUserSpace }) => isUserSpace)
      .map((helper) => [`${helper.name} ${helper.protocol}`, helper] as const),
  )('%s reads them without harm', (_, helper) => {
    const changes = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 })
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        changes,
        fc.nat(80),
        fc.nat(1),
        fc.boolean(),
        (seed, edits, cut, direction, isTranslated) => {
          const bytes = text(seed)
          for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value
          const payload = bytes.subarray(0, cut)
          const work = new FakeWork(payload, { protocol: helper.protocol, direction, family: helper.families[0] ?? 4 })
          work.packet.bytes = payload
          work.packet.end = payload.length
          work.isTranslated = isTranslated
          work.status = isTranslated ? 0x18 : 8
          const problem = helper.read(work)
          expect(problem === null || problem.length > 0).toBe(true)
          for (const request of work.requests) expect(request.destinationPort & ~0xffff).toBe(0)
        },
      ),
      { numRuns: 500 },
    )
  })
})
