import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesText } from '../../model/packet/index.ts'
import { craft } from './craft.ts'
import { parseNotation } from './notation.ts'

/** Crafts the texts one after the other and prints each; errors print as `column: message`. */
function craftAll(...texts: string[]): string[] {
  const made: Uint8Array[] = []
  return texts.map((text) => {
    const notation = parseNotation(text, made.length)
    if ('kind' in notation) return `${notation.column}: ${notation.message}`
    const crafted = craft(notation, (number) => made[number - 1]!)
    if (crafted.kind === 'impossible') return crafted.message
    made.push(crafted.bytes)
    return bytesText(crafted.bytes, 0, crafted.bytes.length)
  })
}

test.each([
  ['lan udp 10.0.1.2:5000 > 10.0.2.2:53', 'udp 10.0.1.2:5000 > 10.0.2.2:53'],
  ['tcp [fd00::1]:1000 > [fd00::2]:80', 'tcp [fd00::1]:1000 > [fd00::2]:80 syn'],
  ['wan tcp 1.2.3.4:5 > 6.7.8.9:10 fin psh urg', 'tcp 1.2.3.4:5 > 6.7.8.9:10 fin|psh|urg'],
  ['wan tcp 1.2.3.4:5 > 6.7.8.9:10 flags=SA', 'tcp 1.2.3.4:5 > 6.7.8.9:10 syn|ack'],
  ['wan tcp 1.2.3.4:5 > 6.7.8.9:10 noflags', 'tcp 1.2.3.4:5 > 6.7.8.9:10 no flags'],
  ['icmp 10.0.0.1 > 10.0.0.2', 'icmp 10.0.0.1 > 10.0.0.2 echo-request id 1 seq 1'],
  ['icmp fd00::1 > fd00::2', 'icmpv6 fd00::1 > fd00::2 echo-request id 1 seq 1'],
  ['icmp 10.0.0.1 > 10.0.0.2 type=13', 'icmp 10.0.0.1 > 10.0.0.2 timestamp-request id 1 seq 1'],
  ['gre 10.0.0.1 > 10.0.0.2', 'gre 10.0.0.1 > 10.0.0.2'],
  ['proto=200 10.0.0.1 > 10.0.0.2 length=8', 'protocol 200 10.0.0.1 > 10.0.0.2'],
])('%s is %s', (text, printed) => expect(craftAll(text)).toEqual([printed]))

test('a handshake with data and its end, each a reply to the one before', () => {
  expect(
    craftAll(
      'tcp 10.0.0.1:1 > 10.0.0.2:80',
      'reply to #1',
      'reply to #2',
      'reply to #2 data="GET /\\r\\n"',
      'reply to #4 fin ack',
      'again #1',
    ),
  ).toEqual([
    'tcp 10.0.0.1:1 > 10.0.0.2:80 syn',
    'tcp 10.0.0.2:80 > 10.0.0.1:1 syn|ack',
    'tcp 10.0.0.1:1 > 10.0.0.2:80 ack',
    'tcp 10.0.0.1:1 > 10.0.0.2:80 psh|ack',
    'tcp 10.0.0.2:80 > 10.0.0.1:1 fin|ack',
    'tcp 10.0.0.1:1 > 10.0.0.2:80 syn',
  ])
})

test('errors about a packet, from its target or from a router on the way', () => {
  expect(
    craftAll(
      'udp 10.0.0.1:1 > 10.0.0.2:9',
      'wan icmp port-unreachable about #1',
      'wan icmp 192.0.2.1 > 10.0.0.1 frag-needed mtu=1280 about #1',
    ),
  ).toEqual([
    'udp 10.0.0.1:1 > 10.0.0.2:9',
    'icmp 10.0.0.2 > 10.0.0.1 destination-unreachable/port-unreachable, about udp 10.0.0.1:1 > 10.0.0.2:9',
    'icmp 192.0.2.1 > 10.0.0.1 destination-unreachable/frag-needed, about udp 10.0.0.1:1 > 10.0.0.2:9',
  ])
  expect(craftAll('udp [fd00::1]:1 > [fd00::2]:9', 'packet-too-big mtu=1280 about #1')[1]).toBe(
    'icmpv6 fd00::2 > fd00::1 packet-too-big, about udp [fd00::1]:1 > [fd00::2]:9',
  )
})

test.each([
  ['', '1: expected a packet'],
  ['udp 10.0.0.1:1', '15: expected `>` behind the source, found the end'],
  ['udp 10.0.0.1:1 > tcp', '18: expected an address'],
  ['udp 10.0.0.1 > 10.0.0.2', '24: expected ports'],
  ['udp 10.0.0.1:1 > [fd00::1]:2', '18: expected source and destination of one family'],
  ['udp 10.0.0.1:99999 > 10.0.0.2:1', '5: expected a port from 0 to 65535 behind the address, found "99999"'],
  ['udp 10.0.0.1:1 > 10.0.0.2:1 toString=5', '29: unknown setting `toString`'],
  ['tcp 10.0.0.1:1 > 10.0.0.2:1 constructor', '29: unknown word "constructor"'],
  ['constructor 10.0.0.1 > 10.0.0.2', '1: expected a protocol'],
  ['10.0.0.1 > 10.0.0.2', '1: expected a protocol'],
  ['reply to #1', '10: no packet #1: there is no packet before this one'],
  ['reply to me', '10: expected the number of a packet such as #1'],
  ['tcp 10.0.0.1:1 > 10.0.0.2:2 seq=x', '33: expected a number from 0 to 4294967295'],
  ['tcp 10.0.0.1:1 > 10.0.0.2:2 flags=SZ', '35: expected letters of FSRPAUEC'],
  ['tcp 10.0.0.1:1 > 10.0.0.2:2 foo=1', '29: unknown setting `foo`'],
  ['tcp 10.0.0.1:1 > 10.0.0.2:2 at=soon', '32: expected a time'],
  ['tcp 10.0.0.1:1 > 10.0.0.2:2 data="x', '34: expected a closing "'],
])('%s is refused at its place', (text, message) => expect(craftAll(text)[0]).toContain(message))

test('an error word of the other family is refused for the packet it is about', () => {
  expect(craftAll('udp 10.0.0.1:1 > 10.0.0.2:9', 'packet-too-big about #1')[1]).toContain('which is IPv4')
})

test('any text is read or refused, never thrown at', () => {
  const word = fc.constantFrom(
    'lan',
    'tcp',
    'udp',
    'icmp',
    '10.0.0.1:1',
    'fd00::1',
    '>',
    'reply',
    'to',
    '#1',
    'about',
    'again',
    'syn',
    'seq=1',
    'data="a"',
    'type=3',
    'length=9',
    '"',
    '\\',
    'port-unreachable',
    'proto=6',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(word, { maxLength: 9 }).map((words) => words.join(' ')),
  )
  fc.assert(
    fc.property(text, (packet) => craftAll('udp 10.0.0.1:1 > 10.0.0.2:9', packet).length === 2),
    { numRuns: 2000 },
  )
})
