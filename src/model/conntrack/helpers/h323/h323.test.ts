import { describe, expect, it } from 'vitest'
import { defaultHelperParameters, type HelperParameters } from '../../helper-parameters.ts'
import { tcp, udp, Wire } from '../../wire.fixture.ts'
import { Conversation } from '../conversation.fixture.ts'
import { none, type Value } from './encode.fixture.ts'
import {
  acknowledgment,
  at,
  call,
  channel,
  control,
  dataOpening,
  media,
  opening,
  ras,
  tpkt,
} from './messages.fixture.ts'

const client = '192.168.1.10'
const server = '198.51.100.5'
const third = '192.168.1.77'
const calling = (): Conversation => new Conversation('Q.931', 1720).connected()
const registering = (): Conversation => new Conversation('RAS', 1719)
const toClient = (port: number, protocol = 'tcp'): string => `${protocol} ${server} > ${client}:${port}`
const pair = (port: number): string[] => [toClient(port, 'udp'), toClient(port + 1, 'udp')]

const own = at(client, 5000)
const audio = media(client, 6000)

describe('what call signalling announces, as Linux 6.18 reads it', () => {
  it.each<[string, string, string[]]>([
    ['H.245 in Setup', call('setup', { h245Address: own }), [toClient(5000)]],
    ['H.245 in CallProceeding', call('callProceeding', { h245Address: own }), [toClient(5000)]],
    ['H.245 in Connect', call('connect', { h245Address: own }), [toClient(5000)]],
    ['H.245 in Alerting', call('alerting', { h245Address: own }), [toClient(5000)]],
    ['H.245 in Facility', call('facility', { h245Address: own }), [toClient(5000)]],
    ['H.245 in Progress', call('progress', { h245Address: own }), [toClient(5000)]],
    ['a port below 1024', call('setup', { h245Address: at(client, 22) }), [toClient(22)]],
    ['port 0', call('setup', { h245Address: at(client, 0) }), []],
    ["another's address", call('setup', { h245Address: at(third, 5000) }), []],
    ["the peer's address", call('setup', { h245Address: at(server, 5000) }), []],
    ['an address of the other family', call('setup', { h245Address: at('fd00::10', 5000) }), []],
    ['H.245 in Information', call('information', { h245Address: own }), []],
    ['media that start at once', call('setup', { fastStart: [channel(audio)] }), pair(6000)],
    ['an odd port, which is RTCP', call('setup', { fastStart: [channel(media(client, 6003))] }), pair(6002)],
    [
      'several media',
      call('connect', { fastStart: [channel(audio), channel(media(client, 6002))] }),
      [...pair(6000), ...pair(6002)],
    ],
    ['media elsewhere', call('setup', { fastStart: [channel(media(third, 6000))] }), []],
    ['H.245 in a tunnel', call('empty', {}, opening(audio)), pair(6000)],
    ['a forwarded call', forwardTo(third), [`tcp ${server} > ${third}:1720`]],
    ['another reason', call('facility', { alternativeAddress: at(third, 1720) }), []],
    [
      'a forwarded call that names H.245, too',
      forwardTo(third, { h245Address: own }),
      [`tcp ${server} > ${third}:1720`],
    ],
  ])('%s', (_, message, expected) => {
    const talk = calling()
    expect(talk.say(0, message)).toBe('established')
    expect(talk.expected()).toEqual(expected)
  })

  it('the other side is read alike', () => {
    const talk = calling()
    expect(talk.say(1, call('connect', { h245Address: at(server, 5000) }))).toBe('established/r')
    expect(talk.expected()).toEqual([`tcp ${client} > ${server}:5000`])
  })

  it('IPv6', () => {
    const ends = { client: 'fd00::10', server: '2001:db8:2::5' }
    const talk = new Conversation('Q.931', 1720, ends).connected()
    talk.say(0, call('setup', { h245Address: at('fd00::10', 5000), fastStart: [channel(media('fd00::10', 6000))] }))
    expect(talk.expected()).toEqual([
      'tcp 2001:db8:2::5 > fd00::10:5000',
      'udp 2001:db8:2::5 > fd00::10:6000',
      'udp 2001:db8:2::5 > fd00::10:6001',
    ])
  })

  it('names the address and port as its cause', () => {
    const talk = calling()
    talk.say(0, call('setup', { h245Address: own }))
    expect([...talk.wire.conntrack.expectations()].map((one) => one.payloadTo - one.payloadFrom)).toEqual([6])
  })
})

function wireWith(h323: Partial<HelperParameters['h323']>): Wire {
  const parameters = { ...defaultHelperParameters, h323: { ...defaultHelperParameters.h323, ...h323 } }
  return new Wire({ parameters })
}

function forwardTo(address: string, parts: { readonly [name: string]: Value } = {}): string {
  return call('facility', { reason: { callForwarded: none }, alternativeAddress: at(address, 1720), ...parts })
}

describe('calls are forwarded to an address that is reached', () => {
  it.each([
    ['as the caller is', true, true, []],
    ['another way', false, true, [`tcp ${server} > ${third}:1720`]],
    ['as the caller is, where the filter is off', true, false, [`tcp ${server} > ${third}:1720`]],
  ])('%s', (_, isSameWay, isCallForwardFiltered, expected) => {
    const wire = wireWith({ isCallForwardFiltered })
    wire.conntrack.host = { ...wire.conntrack.host, isSameWay: () => isSameWay }
    const talk = new Conversation('Q.931', 1720, {}, wire).connected()
    talk.say(0, forwardTo(third))
    expect(talk.expected()).toEqual(expected)
  })
})

describe('frames', () => {
  const first = call('setup', { h245Address: own })
  const second = call('alerting', { h245Address: at(client, 5001) })
  const header = first.slice(0, 4)
  const content = first.slice(4)
  it.each<[string, string[], number[]]>([
    ['one segment', [first], [5000]],
    ['two frames in a segment', [first + second], [5000, 5001]],
    ['a header alone, its content next', [header, content], [5000]],
    ['more behind the content', [header, content + second], [5000, 5001]],
    ['an empty segment between', [header, '', content], []],
    ['a frame cut in its content', [first.slice(0, 20), first.slice(20)], []],
    ['a frame cut in its header', [first.slice(0, 3), first.slice(3)], []],
    ['a frame behind an incomplete one', [first.slice(0, -1), second], [5001]],
    ['a header alone, half of its content next', [header, content.slice(0, 20), content.slice(20)], []],
    ['a malformed frame before', [tpkt('\x07') + first], []],
    ['a malformed frame behind', [first + tpkt('\x07')], [5000]],
    ['another version', [`\x04${first.slice(1)}`], []],
    ['a length below that of the header', [`\x03\0\0\x03${content}`], []],
  ])('%s', (_, segments, ports) => {
    const talk = calling()
    for (const segment of segments) talk.say(0, segment)
    expect(talk.expected()).toEqual(ports.map((port) => toClient(port)))
  })

  it('before both sides have spoken nothing is read', () => {
    const talk = new Conversation('Q.931', 1720)
    talk.wire.send(tcp(client, 4000, server, 1720, 'S'), { helper: 'Q.931' })
    talk.wire.send(tcp(client, 4000, server, 1720, 'PA', { sequence: 1, data: first }))
    expect(talk.expected()).toEqual([])
  })
})

describe('Q.931 around it', () => {
  const message = call('setup', { h245Address: own }).slice(4)
  const element = message.indexOf('\x7e')
  it.each<[string, string, boolean]>([
    ['as it should be', message, true],
    ['another protocol', `\x09${message.slice(1)}`, false],
    ['another message type', message.replace('\x01\x02\x05', '\x01\x02\x7d'), true],
    ['no other element', message.slice(0, 5) + message.slice(element), true],
    ['an element of a single byte behind the type', `${message.slice(0, 5)}\xa1${message.slice(5)}`, true],
    [
      'two of them: the second is taken for a longer one',
      `${message.slice(0, 5)}\xa1\xa1${message.slice(element)}`,
      false,
    ],
    ['no user-user element', message.slice(0, element), false],
    ['a call reference beyond the message', `\x08\xff${message.slice(2)}`, false],
    ['bytes behind the element', `${message}\0\0`, true],
    ['one byte less', message.slice(0, -1), false],
  ])('%s', (_, content, isRead) => {
    const talk = calling()
    talk.say(0, tpkt(content))
    expect(talk.expected()).toEqual(isRead ? [toClient(5000)] : [])
  })
})

describe('H.245', () => {
  const speaking = (): Conversation => {
    const talk = calling()
    talk.say(0, call('setup', { h245Address: own }))
    const { wire } = talk
    return new Conversation('', 5000, { client: server, clientPort: 30_000, server: client }, wire).connected()
  }

  it.each<[string, Value, string[]]>([
    ['a channel', opening(audio), pair(6000)],
    ['a channel with its control channel', opening(audio, media(client, 6001)), pair(6000)],
    ['a control channel elsewhere', opening(audio, media(client, 7001)), [...pair(6000), ...pair(7000)]],
    ['an answer', acknowledgment(audio, media(client, 6001)), pair(6000)],
    ['T.120', dataOpening(media(client, 1503)), [toClient(1503)]],
    ['another data protocol', dataOpening(media(client, 1503), 'tcp'), []],
    ['port 0', opening(media(client, 0)), []],
    ["another's address", opening(media(third, 6000)), []],
    ['a command', { command: none }, []],
  ])('%s, announced by the one who was connected to', (_, message, expected) => {
    const talk = speaking()
    expect(talk.say(1, control(message))).toBe('established/r')
    expect(talk.expected()).toEqual(expected)
  })

  it('is RELATED, and so is what it announces, to any depth; what was not announced is NEW', () => {
    const talk = calling()
    talk.say(0, call('setup', { h245Address: own }))
    expect(talk.wire.send(tcp('198.51.100.9', 30_000, client, 5000, 'S'))).toBe('new')
    expect(talk.wire.send(tcp(server, 30_000, client, 5001, 'S'))).toBe('new')
    expect(talk.wire.send(tcp(server, 30_000, client, 5000, 'S', { sequence: 100 }))).toBe('related')
    talk.wire.send(tcp(client, 5000, server, 30_000, 'SA', { sequence: 900, acknowledgment: 101 }))
    talk.wire.send(tcp(server, 30_000, client, 5000, 'A', { sequence: 101, acknowledgment: 901 }))
    const data = control(opening(audio))
    talk.wire.send(tcp(client, 5000, server, 30_000, 'PA', { sequence: 901, acknowledgment: 101, data }))
    expect(talk.wire.send(udp(server, 7000, client, 6002))).toBe('new')
    expect(talk.wire.send(udp(server, 7000, client, 6000))).toBe('related')
    expect(talk.wire.send(udp(server, 7001, client, 6001))).toBe('related')
    expect(talk.wire.send(udp(server, 7002, client, 6000))).toBe('new')
  })
})

describe('RAS', () => {
  it.each<[string, string, string[]]>([
    ['a registration: calls from the gatekeeper', register(at(client, 1720)), [toClient(1720)]],
    [
      'the first own address of several',
      register([at(third, 1), at(client, 1721), at(client, 1722)]),
      [toClient(1721)],
    ],
    ["a registration of another's address", register(at(third, 1720)), []],
    [
      'a gatekeeper that answers elsewhere',
      ras('gatekeeperConfirm', { rasAddress: at(third, 1719) }),
      [`udp ${server} > ${third}:1719`],
    ],
    ['a gatekeeper that answers where it is', ras('gatekeeperConfirm', { rasAddress: at(client, 4000) }), []],
    [
      'an admission: a call to anyone',
      ras('admissionConfirm', { destCallSignalAddress: at(third, 1720) }),
      [`tcp ${server} > ${third}:1720`],
    ],
    ['leave to be called', ras('admissionConfirm', { destCallSignalAddress: at(server, 1720) }), []],
    [
      'a location',
      ras('locationConfirm', { callSignalAddress: at(third, 0), rasAddress: own }),
      [`tcp ${server} > ${third}:0`],
    ],
    ['an admission request', ras('admissionRequest', { srcCallSignalAddress: own }), []],
    ['an answer that was not asked for', ras('infoRequestResponse', { rasAddress: own }), []],
    ['a rejection', ras('gatekeeperReject'), []],
    ['a single byte', '\x0c', []],
    ['nothing', '', []],
  ])('%s', (_, message, expected) => {
    const talk = registering()
    expect(talk.tell(0, message)).toBe('new')
    expect(talk.expected()).toEqual(expected)
  })

  it('calls from anywhere, where the gatekeeper need not route them', () => {
    const talk = new Conversation('RAS', 1719, {}, wireWith({ isGatekeeperRoutedOnly: false }))
    talk.tell(0, register(at(client, 1720)))
    expect(talk.expected()).toEqual([`tcp any > ${client}:1720`])
  })

  it('a call from the gatekeeper is RELATED each time, one from another is NEW', () => {
    const talk = registering()
    talk.tell(0, register(at(client, 1720)))
    expect(talk.wire.send(tcp(server, 30_000, client, 1720, 'S'))).toBe('related')
    expect(talk.wire.send(tcp(server, 30_001, client, 1720, 'S'))).toBe('related')
    expect(talk.wire.send(tcp(third, 30_001, client, 1720, 'S'))).toBe('new')
  })

  it.each([
    ['the confirmed lifetime', { timeToLive: 60, tokens: none }, { timeToLive: 100, tokens: none }, 100],
    ['the requested one', { timeToLive: 60, tokens: none }, {}, 60],
    ["the helper's own", {}, {}, 300],
  ])('a confirmed registration lasts for %s', (_, asked, granted, seconds) => {
    const talk = registering()
    talk.tell(0, register(at(client, 1720), asked))
    talk.tell(1, ras('registrationConfirm', granted))
    expect(talk.wire.timeout()).toBe(seconds)
  })

  it('a lifetime at the very end of a message makes it malformed', () => {
    const talk = registering()
    talk.tell(0, register(at(client, 1720), { timeToLive: 60 }))
    expect(talk.expected()).toEqual([])
  })

  it('the end of a registration takes away what it announced', () => {
    const talk = registering()
    talk.tell(0, register(at(client, 1720)))
    talk.tell(1, ras('registrationConfirm'))
    // More follows in a real one; the length of an empty list at the very end is out of the kernel's bounds.
    talk.tell(0, `${ras('unregistrationRequest')}\0`)
    expect(talk.expected()).toEqual([])
    expect(talk.wire.timeout()).toBe(30)
  })
})

const register = (address: Value | readonly Value[], parts: { readonly [name: string]: Value } = {}): string =>
  ras('registrationRequest', { callSignalAddress: Array.isArray(address) ? address : [address], ...parts })

describe('what is dropped, and why', () => {
  it.each<[string, string, string]>([
    ['H.245', call('setup', { h245Address: own }), 'the H.245 connection of h245Address'],
    ['media', call('setup', { fastStart: [channel(audio)] }), 'the media stream of mediaChannel'],
    ['T.120', call('empty', {}, dataOpening(media(client, 1503))), 'the T.120 connection of separateStack'],
    ['a forwarded call', forwardTo(third), 'the forwarded call to alternativeAddress'],
  ])('%s that another connection expects', (_, message, what) => {
    const first = calling()
    first.say(0, message)
    const second = new Conversation('Q.931', 1720, { clientPort: 4001 }, first.wire).connected()
    expect(second.say(0, message)).toBe('dropped:helper')
    expect(first.wire.conntrack.helperProblem).toBe(`${what} cannot be expected: another connection expects the same`)
  })

  it('the same message again passes: it takes the place of the first', () => {
    const talk = calling()
    const message = call('setup', { h245Address: own, fastStart: [channel(audio)] })
    talk.say(0, message)
    expect(talk.say(0, message)).toBe('established')
    expect(talk.expected()).toEqual([toClient(5000), ...pair(6000)])
  })

  it('of a pair whose RTCP port is taken, RTP is not expected either', () => {
    const first = registering()
    first.tell(0, ras('gatekeeperConfirm', { rasAddress: at(client, 6001) }))
    const second = new Conversation('Q.931', 1720, {}, first.wire).connected()
    expect(second.say(0, call('setup', { fastStart: [channel(audio)] }))).toBe('dropped:helper')
    expect(second.expected()).toEqual([toClient(6001, 'udp')])
  })
})
