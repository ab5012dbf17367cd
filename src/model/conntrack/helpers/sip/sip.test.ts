import { describe, expect, it } from 'vitest'
import { defaultHelperParameters, type HelperParameters } from '../../helper-parameters.ts'
import { udp, Wire } from '../../wire.fixture.ts'
import { Conversation } from '../conversation.fixture.ts'
import { description, message, phone, register, registered, request, response, server } from './messages.fixture.ts'

const begin = (wire: Wire = new Wire()): Conversation => new Conversation('sip', 5060, { clientPort: 5060 }, wire)

const withParameters = (sip: Partial<HelperParameters['sip']>): Wire =>
  new Wire({ parameters: { ...defaultHelperParameters, sip: { ...defaultHelperParameters.sip, ...sip } } })

const stream = (port: number, from: string = server): string[] => [
  `udp ${from} > ${phone}:${port}`,
  `udp ${from} > ${phone}:${port + 1}`,
]

const invite = (...media: readonly string[]): string => request('INVITE', description(phone, media))

const problem = (talk: Conversation): string => talk.wire.conntrack.helperProblem

describe('what a session description announces, as Linux 6.18 reads it', () => {
  it.each([
    ['audio', invite('m=audio 10000 RTP/AVP 0'), stream(10000)],
    ['video', invite('m=video 10000 RTP/AVP 0'), stream(10000)],
    ['an image', invite('m=image 10000 udptl t38'), stream(10000)],
    ['an odd port: the even one below it', invite('m=audio 10001 RTP/AVP 0'), stream(10000)],
    ['several ports of one stream: the first two', invite('m=audio 10000/2 RTP/AVP 0'), stream(10000)],
    ['two streams', invite('m=audio 10000 X', 'm=video 20000 X'), [...stream(10000), ...stream(20000)]],
    ['a stream that is switched off, and one that is not', invite('m=audio 0 X', 'm=video 20000 X'), stream(20000)],
    ['a stream of an unknown kind, and one of a known', invite('m=text 9000 X', 'm=video 20000 X'), stream(20000)],
    ['a port beyond 32 bits counts as switched off', invite('m=audio 4294977296 X'), []],
    ['no stream', request('INVITE', description(phone, [])), []],
    [
      'a body whose lines end in newlines only',
      invite('m=audio 10000 X').replace(/(?<=\r\n\r\n).*/s, (body) => body.replaceAll('\r', '')),
      stream(10000),
    ],
    ['newlines only: the line behind an empty one is overlooked', invite('m=audio 10000 X').replaceAll('\r', ''), []],
    ['an address of somebody else', request('INVITE', description('192.168.1.11')), []],
    ['an address of the stream itself', invite('m=audio 10000 X', `c=IN IP4 ${server}`), []],
    ['an address with leading zeros', request('INVITE', description('192.168.001.010')), stream(10000)],
    ['UPDATE', request('UPDATE', description()), stream(10000)],
    ['ACK', request('ACK', description()), stream(10000)],
    ['PRACK', request('PRACK', description()), stream(10000)],
    ['a method in small letters', request('invite', description()), stream(10000)],
    [
      'CSeq in capitals, with blanks and a continued line',
      invite('m=audio 10000 X').replace('CSeq:', 'CSEQ \t:\r\n '),
      stream(10000),
    ],
    ['OPTIONS', request('OPTIONS', description()), []],
    ['no blank behind the method', invite('m=audio 10000 X').replace('INVITE ', 'INVITE\t'), []],
    ['a line end before the request', `\r\n${invite('m=audio 10000 X')}`, []],
    ['something else', 'hello world', []],
    ['fewer than eleven bytes', 'INVITE x', []],
  ])('%s', (_, data, expected) => {
    const talk = begin()
    expect(talk.tell(0, data)).toBe('new')
    expect(talk.expected()).toEqual([...expected].sort())
  })

  it('a fourth stream is not looked at', () => {
    const talk = begin()
    talk.tell(0, invite('m=audio 10000 X', 'm=video 20000 X', 'm=image 30000 X', 'm=audio 22 X'))
    expect(talk.expected()).toHaveLength(6)
  })

  it('of one kind two streams are remembered; the oldest give way', () => {
    const talk = begin()
    talk.tell(0, invite('m=audio 10000 X', 'm=audio 11000 X', 'm=audio 12000 X'))
    expect(talk.expected()).toEqual([...stream(11000), ...stream(12000)])
  })

  it('the bytes that announce it are the port', () => {
    const talk = begin()
    talk.tell(0, invite('m=audio 10000 RTP/AVP 0'))
    expect(talk.announcements()).toEqual(['10000', '10000'])
  })
})

describe('what the helper drops, and why', () => {
  const good = invite('m=audio 10000 X')
  it.each([
    ['no CSeq', good.replace(/CSeq.*\r\n/, ''), 'there is no CSeq header that can be read'],
    ['CSeq without a number', good.replace('CSeq: 1', 'CSeq: x'), 'there is no CSeq header that can be read'],
    [
      'a CSeq beyond 32 bits',
      good.replace('CSeq: 1', 'CSeq: 4294967296'),
      'the number in the CSeq header is too large',
    ],
    ['a port below 1024', good.replace('10000', '1023'), 'announces port 1023'],
    ['a port beyond 65535', good.replace('10000', '65536'), 'announces port 65536'],
    ['no address', good.replace(/c=.*\r\n/, ''), 'announces a stream and no address that can be read'],
    ['a host name', good.replace(`c=IN IP4 ${phone}`, 'c=IN IP4 host'), 'no address that can be read'],
    ['an address of the other family', good.replace('c=IN IP4', 'c=IN IP6'), 'no address that can be read'],
    ['an address with a dot behind it', good.replace(`c=IN IP4 ${phone}`, `$&.`), 'no address that can be read'],
    ['a response without a code', response(200, 'INVITE').replace('200', 'OK'), 'a response has no status code'],
    ['a response without CSeq', response(200, 'X').replace(/CSeq.*\r\n/, ''), 'there is no CSeq header'],
  ])('%s', (_, data, words) => {
    const talk = begin()
    expect(talk.tell(0, data)).toBe('dropped:helper')
    expect(problem(talk)).toContain(words)
    expect(talk.expected()).toEqual([])
  })

  it('a stream that another connection of the helper announced as another kind passes', () => {
    const talk = begin()
    talk.tell(0, invite('m=audio 10000 X'))
    const other = new Conversation('sip', 5060, { clientPort: 5062 }, talk.wire)
    expect(other.tell(0, invite('m=video 10000 X'))).toBe('new')
    expect(talk.expected()).toEqual(stream(10000))
  })
})

describe('a call', () => {
  const called = (): Conversation => {
    const talk = begin()
    talk.tell(0, request('INVITE', description()))
    return talk
  }
  const rtp = (from: string, port = 10000): Uint8Array => udp(from, 7000, phone, port)

  it('the streams that it announced are RELATED, and remember it', () => {
    const { wire } = called()
    expect(wire.send(rtp(server))).toBe('related')
    expect(wire.conntrack.masterHelperName(wire.packet.entry)).toBe('sip')
    expect(wire.send(rtp(server, 10001))).toBe('related')
  })

  it.each([
    ['from somebody else', rtp('198.51.100.6')],
    ['to another port', rtp(server, 10002)],
    ['to another host', udp(server, 7000, '192.168.1.11', 10000)],
  ])('a stream %s is not', (_, bytes) => {
    expect(called().wire.send(bytes)).toBe('new')
  })

  it.each([
    ['a refusal', response(486, 'INVITE')],
    ['a redirection', response(302, 'INVITE')],
    ['a hangup', request('BYE')],
    ['a refusal of PRACK under the same number', response(500, 'PRACK')],
  ])('%s ends what was announced', (_, data) => {
    const talk = called()
    talk.tell(data.startsWith('SIP') ? 1 : 0, data)
    expect(talk.expected()).toEqual([])
  })

  it.each([
    ['a provisional answer', response(180, 'INVITE')],
    ['an answer to another request', response(486, 'INVITE', '', 2)],
    ['a refusal of another method', response(486, 'OPTIONS')],
    ['an ACK', request('ACK')],
  ])('%s does not', (_, data) => {
    const talk = called()
    talk.tell(data.startsWith('SIP') ? 1 : 0, data)
    expect(talk.expected()).toEqual(stream(10000))
  })

  it('the answer announces the other way', () => {
    const talk = called()
    talk.tell(1, response(200, 'INVITE', description(server, ['m=audio 20000 X'])))
    const back = [`udp ${phone} > ${server}:20000`, `udp ${phone} > ${server}:20001`]
    expect(talk.expected()).toEqual([...stream(10000), ...back].sort())
  })

  it('a second INVITE replaces what the first announced', () => {
    const talk = called()
    talk.tell(0, request('INVITE', description(phone, ['m=audio 30000 X']), 2))
    expect(talk.expected()).toEqual(stream(30000))
  })

  it('whatever is said keeps the connection for an hour', () => {
    const talk = begin()
    talk.tell(0, 'x')
    expect(talk.wire.timeout()).toBe(3600)
  })
})

describe('registration', () => {
  const contact = `<sip:a@${phone}:5060>`
  const flags = ({ wire }: Conversation): boolean[] => [...wire.conntrack.expectations()].map((one) => one.isActive)
  const call = udp(server, 5070, phone, 5060, request('OPTIONS'))

  it.each([
    ['the port of the Contact', `<sip:a@${phone}:6000>`, [`udp ${server} > ${phone}:6000`]],
    ['no port: 5060', `<sip:a@${phone}>`, [`udp ${server} > ${phone}:5060`]],
    ['without a user, without brackets', `sip:${phone}`, [`udp ${server} > ${phone}:5060`]],
    ['the first Contact only', `<sip:a@${phone}>, <sip:a@${phone}:6000>`, [`udp ${server} > ${phone}:5060`]],
    ['the same transport', `<sip:a@${phone};transport=udp>`, [`udp ${server} > ${phone}:5060`]],
    ['another transport', `<sip:a@${phone};transport=tcp>`, []],
    ['a privileged port', `<sip:a@${phone}:22>`, []],
    ['somebody else', '<sip:a@192.168.1.11>', []],
    ['a host name', '<sip:a@host>', []],
    ['nothing, for good', `<sip:a@${phone}>;expires=0`, []],
  ])('%s', (_, of, expected) => {
    const talk = begin()
    expect(talk.tell(0, register(of))).toBe('new')
    expect(talk.expected()).toEqual(expected)
  })

  it('a time that is no number is dropped', () => {
    const talk = begin()
    expect(talk.tell(0, register(`${contact};expires=soon`))).toBe('dropped:helper')
    expect(problem(talk)).toBe('the Contact of a REGISTER expires after a time that is no number')
  })

  it('calls are RELATED only after the registrar agrees, and get the helper themselves', () => {
    const talk = begin()
    talk.tell(0, register(contact))
    expect(flags(talk)).toEqual([false])
    talk.tell(1, registered(200, `${contact};expires=60`))
    expect(flags(talk)).toEqual([true])
    const { wire } = talk
    expect(wire.send(call)).toBe('related')
    expect(wire.conntrack.helperName(wire.packet.entry)).toBe('sip')
    expect(wire.send(udp(server, 5071, phone, 5060, 'another call'))).toBe('related')
    wire.now += 60_000
    expect(wire.send(udp(server, 5072, phone, 5060, 'too late'))).toBe('new')
  })

  it('before that they are not', () => {
    const talk = begin()
    talk.tell(0, register(contact))
    expect(talk.wire.send(call)).toBe('new')
  })

  it.each([
    ['refuses', registered(403, contact)],
    ['says nothing of the Contact', registered(200, '<sip:a@192.168.1.11>;expires=60')],
    ['lets it expire at once', registered(200, `${contact};expires=0`)],
    ['names another port', registered(200, `<sip:a@${phone}:6000>;expires=60`)],
  ])('nothing is expected any more when the registrar %s', (_, data) => {
    const talk = begin()
    talk.tell(0, register(contact))
    talk.tell(1, data)
    expect(talk.expected()).toEqual([])
  })

  it.each([
    ['a provisional answer', registered(100, contact)],
    ['a late answer to an earlier one', registered(403, contact, 7)],
  ])('%s changes nothing', (_, data) => {
    const talk = begin()
    talk.tell(0, register(contact))
    talk.tell(1, data)
    expect(flags(talk)).toEqual([false])
  })

  it('its own Contact is found behind others', () => {
    const talk = begin()
    talk.tell(0, register(contact))
    talk.tell(1, registered(200, `<sip:x@198.51.100.6>;expires=10, <sip:broken>,\r\n ${contact};expires=60`))
    expect(flags(talk)).toEqual([true])
  })
})

describe('over TCP', () => {
  const connected = (): Conversation => begin().connected()
  const first = request('INVITE', description(phone, ['m=audio 10000 X']))
  const second = request('UPDATE', description(phone, ['m=video 20000 X']))

  it.each([
    ['a whole message', first, stream(10000)],
    ['two in one segment', first + second, [...stream(10000), ...stream(20000)]],
    ['one and the beginning of another', first + second.slice(0, -3), stream(10000)],
    ['a message that goes on in the next segment', first.slice(0, -3), []],
    ['no Content-Length', first.replace(/Content-Length.*\r\n/, ''), []],
    ['the compact form', first.replace('Content-Length', 'l'), stream(10000)],
    ['a longer header that begins alike', first.replace('Via:', 'Content-Lengthy: 1\r\nVia:'), []],
    ['a Content-Length that is too large', first.replace('Content-Length: ', 'Content-Length: 9'), []],
  ])('%s', (_, data, expected) => {
    const talk = connected()
    expect(talk.say(0, data)).toBe('established')
    expect(talk.expected()).toEqual(expected)
  })

  it('the streams run over UDP, calls over TCP', () => {
    const talk = connected()
    talk.say(0, register(`<sip:a@${phone}>`))
    expect(talk.expected()).toEqual([`tcp ${server} > ${phone}:5060`])
  })
})

describe('module parameters', () => {
  it('sip_direct_media=0: the address may be anybody, and so may the sender', () => {
    const talk = begin(withParameters({ isDirectMedia: false }))
    talk.tell(0, request('INVITE', description('192.168.1.11')))
    expect(talk.expected()).toEqual(['udp any > 192.168.1.11:10000', 'udp any > 192.168.1.11:10001'])
  })

  it('sip_external_media=1: streams that do not pass this host are left alone', () => {
    const wire = withParameters({ isDirectMedia: false, isExternalMedia: true })
    wire.conntrack.host = { broadcastMask: () => null, isSameWay: () => false, isSameInterface: () => true }
    const talk = begin(wire)
    talk.tell(0, request('INVITE', description('198.51.100.9')))
    expect(talk.expected()).toEqual([])
  })

  it('sip_direct_signalling=0: anybody may call', () => {
    const talk = begin(withParameters({ isDirectSignalling: false }))
    talk.tell(0, register(`<sip:a@${phone}>`))
    expect(talk.expected()).toEqual([`udp any > ${phone}:5060`])
  })

  it('sip_timeout', () => {
    const talk = begin(withParameters({ timeout: 77 }))
    talk.tell(0, message('OPTIONS sip:x SIP/2.0', []))
    expect(talk.wire.timeout()).toBe(77)
  })
})
