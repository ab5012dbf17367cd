import { describe, expect, it } from 'vitest'
import { bytesOf } from '../payload-words.ts'
import { description, lines, message, phone, register, request } from './messages.fixture.ts'
import { sipOverTcp, sipOverUdp } from './sip.ts'
import { outside, TranslatedWork } from './translated.fixture.ts'

const turn = (data: string, direction: 0 | 1 = 0, protocol = 17): TranslatedWork =>
  new TranslatedWork(bytesOf(data), { protocol, direction })

/** The message as the peer gets it, or why it is dropped. */
function rewritten(data: string, direction: 0 | 1 = 0): string {
  const work = turn(data, direction)
  return sipOverUdp.read(work) ?? work.text()
}

describe('lines of a request that leaves, as Linux 6.18 rewrites them (192.168.1.10:5060 becomes 203.0.113.1:6000)', () => {
  it.each([
    ['Via: SIP/2.0/UDP 192.168.1.10:5060;branch=1', 'Via: SIP/2.0/UDP 203.0.113.1:6000;branch=1'],
    ['Via: SIP/2.0/UDP 192.168.1.10;branch=1', 'Via: SIP/2.0/UDP 203.0.113.1:6000;branch=1'],
    ['v: SIP/2.0/udp 192.168.1.10;branch=1', 'v: SIP/2.0/udp 203.0.113.1:6000;branch=1'],
    ['Via: SIP/2.0/UDP 192.168.1.10;maddr=192.168.1.10;x', 'Via: SIP/2.0/UDP 203.0.113.1:6000;maddr=203.0.113.1;x'],
    ['Via: SIP/2.0/TCP 192.168.1.10;branch=1', 'Via: SIP/2.0/TCP 192.168.1.10;branch=1'],
    ['Via: SIP/2.0/UDP 192.168.1.11;maddr=192.168.1.10', 'Via: SIP/2.0/UDP 192.168.1.11;maddr=192.168.1.10'],
    ['Contact: <sip:a@192.168.1.10:5060>', 'Contact: <sip:a@203.0.113.1:6000>'],
    ['Contact: <sip:a@192.168.1.10>', 'Contact: <sip:a@203.0.113.1:6000>'],
    ['Contact: <sip:a@192.168.1.10:5061>', 'Contact: <sip:a@192.168.1.10:5061>'],
    ['Contact: <sip:192.168.1.10>, <sip:192.168.1.10>', 'Contact: <sip:203.0.113.1:6000>, <sip:203.0.113.1:6000>'],
    ['From: "sip:x" <sip:a@192.168.1.10>', 'From: "sip:x" <sip:a@203.0.113.1:6000>'],
    ['From: <sip:a@198.51.100.5>', 'From: <sip:a@198.51.100.5>'],
    ['To:\r\n <sip:192.168.1.10>', 'To:\r\n <sip:203.0.113.1:6000>'],
    ['Route: <sip:192.168.1.10>', 'Route: <sip:192.168.1.10>'],
    ['Reply-To: <sip:192.168.1.10>', 'Reply-To: <sip:192.168.1.10>'],
  ])('%s', (line, expected) => {
    const first = 'OPTIONS sip:b@198.51.100.5 SIP/2.0'
    expect(rewritten(message(first, [line]))).toBe(message(first, [expected]))
  })

  it('all Contacts, but one Via, From and To', () => {
    const twice = (name: string, address: string): string[] => [`${name}: <sip:${address}>`, `${name}: <sip:${phone}>`]
    const data = message('OPTIONS sip:x SIP/2.0', [...twice('Contact', phone), ...twice('From', phone)])
    const expected = [
      ...twice('Contact', `${outside}:6000`).map((line) => line.replace(phone, `${outside}:6000`)),
      ...twice('From', `${outside}:6000`),
    ]
    expect(rewritten(data)).toBe(message('OPTIONS sip:x SIP/2.0', expected))
  })
})

describe('lines of what comes back', () => {
  it.each([
    ['Via: SIP/2.0/UDP 203.0.113.1:6000;branch=1', 'Via: SIP/2.0/UDP 192.168.1.10:5060;branch=1'],
    ['Via: SIP/2.0/UDP 203.0.113.1:6000;rport=6000;x', 'Via: SIP/2.0/UDP 192.168.1.10:5060;rport=5060;x'],
    [
      'Via: SIP/2.0/UDP 203.0.113.1:6000;received=203.0.113.1',
      'Via: SIP/2.0/UDP 192.168.1.10:5060;received=192.168.1.10',
    ],
    ['Via: SIP/2.0/UDP 203.0.113.1;branch=1', 'Via: SIP/2.0/UDP 203.0.113.1;branch=1'],
    ['Contact: <sip:a@203.0.113.1:6000>', 'Contact: <sip:a@192.168.1.10:5060>'],
    ['Contact: <sip:a@198.51.100.5:5060>', 'Contact: <sip:a@198.51.100.5:5060>'],
  ])('%s', (line, expected) => {
    const answer = (of: string): string => message('SIP/2.0 200 OK', ['CSeq: 1 OPTIONS', of])
    expect(rewritten(answer(line), 1)).toBe(answer(expected))
  })

  it('the Request-URI of a call to the phone', () => {
    const call = (to: string): string => message(`OPTIONS sip:a@${to} SIP/2.0`, ['CSeq: 1 OPTIONS'])
    expect(rewritten(call(`${outside}:6000`), 1)).toBe(call(`${phone}:5060`))
  })
})

describe('session descriptions', () => {
  const invite = (body: string): string => request('INVITE', body).replaceAll(`Via: SIP/2.0/UDP ${phone}:5060`, 'X: ')

  it('owner, session and streams get the address outside, and Content-Length follows', () => {
    const own = lines(`c=IN IP4 ${phone}`)
    const body = description() + own
    const expected = description(outside) + lines(`c=IN IP4 ${outside}`)
    expect(rewritten(invite(body))).toContain(`Content-Length: ${expected.length}\r\n\r\n${expected}`)
  })

  it('a port that is taken becomes the next pair', () => {
    const work = turn(invite(description()))
    let refused = 2
    work.expect = (of) => {
      if (refused-- > 0) return 'busy'
      work.requests.push(of)
      return null
    }
    expect(sipOverUdp.read(work)).toBeNull()
    expect(work.text()).toContain('m=audio 10004 RTP/AVP 0')
    expect(work.requests.map((of) => [of.destinationPort, of.translation?.savedPort])).toEqual([
      [10004, 10000],
      [10005, 10001],
    ])
  })

  it.each([
    ['no owner', description().replace(/o=.*\r\n/, '')],
    ['an owner with a host name', description().replace(`IP4 ${phone}`, 'IP4 phone.example')],
  ])('%s: the message is dropped', (_, body) => {
    expect(rewritten(invite(body))).toBe(
      'the owner, the address or the Content-Length of a session description cannot be rewritten',
    )
  })

  it('no Content-Length: the message is dropped', () => {
    const data = invite(description()).replace(/Content-Length.*\r\n/, '')
    expect(rewritten(data)).toContain('the Content-Length of a session description')
  })
})

describe('registration', () => {
  it('the Contact is where calls are expected', () => {
    const work = turn(register(`<sip:a@${phone}:5060>`))
    expect(sipOverUdp.read(work)).toBeNull()
    expect(work.text()).toContain(`Contact: <sip:a@${outside}:6000>`)
    expect(work.requests.map(({ destinationPort, translation }) => [destinationPort, translation?.savedPort])).toEqual([
      [6000, 5060],
    ])
  })

  it('another port stays', () => {
    expect(rewritten(register(`<sip:a@${phone}:5099>`))).toContain(`Contact: <sip:a@${outside}:5099>`)
  })
})

describe('a phone that listens on another port than it sends from', () => {
  const options = message('OPTIONS sip:x SIP/2.0', [`Via: SIP/2.0/UDP ${phone}:5064;branch=1`])

  it('answers are led there', () => {
    const memory = new Int32Array(3)
    sipOverUdp.read(new TranslatedWork(bytesOf(options), { protocol: 17, memory }))
    expect([...memory]).toEqual([0, 0, 5064])
    const answer = new TranslatedWork(bytesOf('SIP/2.0 200 OK\r\nCSeq: 1 X\r\n'), {
      protocol: 17,
      direction: 1,
      memory,
    })
    expect(sipOverUdp.read(answer)).toBeNull()
    expect(answer.replacements).toEqual(['2-4:\x13\xc8'])
  })

  it('over TCP they are dropped', () => {
    const memory = Int32Array.of(0, 0, 5064)
    const answer = message('SIP/2.0 200 OK', ['CSeq: 1 X'])
    const work = new TranslatedWork(bytesOf(answer), { protocol: 6, direction: 1, memory })
    expect(sipOverTcp.read(work)).toBe('an answer over TCP cannot be led to the port that Via named')
  })
})

describe('TCP', () => {
  const options = message('OPTIONS sip:x SIP/2.0', [`Contact: <sip:a@${phone}:5060>`])

  it('the growth of all messages of a segment is noted once', () => {
    const work = turn(options + options, 0, 6)
    expect(sipOverTcp.read(work)).toBeNull()
    expect(work.adjustments).toEqual([-2])
  })

  it('and not at all when another message is cut off behind them', () => {
    const work = turn(`${options}${message('OPTIONS sip:x SIP/2.0', [], 'abc').slice(0, -1)}`, 0, 6)
    expect(sipOverTcp.read(work)).toBeNull()
    expect(work.replacements).toHaveLength(1)
    expect(work.adjustments).toEqual([])
  })
})
