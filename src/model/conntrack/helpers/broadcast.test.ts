import { describe, expect, it } from 'vitest'
import { udp, Wire } from '../wire.fixture.ts'
import { Conversation } from './conversation.fixture.ts'

const own = '192.168.1.1'
const everyone = '192.168.1.255'

/** The host's own broadcast, in a network of 256 addresses; null: the packet is no such broadcast. */
function asked(helper: string, port: number, mask: number | null = -256): Conversation {
  const wire = new Wire()
  wire.conntrack.host = {
    broadcastMask: () => (mask === null ? null : Int32Array.of(mask, 0, 0, 0)),
    isSameWay: () => false,
    isSameInterface: () => false,
  }
  const talk = new Conversation(helper, port, { client: own, clientPort: 5137, server: everyone }, wire)
  expect(talk.tell(0, 'who is there')).toBe('new')
  return talk
}

describe.each([
  ['netbios-ns', 137, 3],
  ['snmp', 161, 30],
] as const)('%s, as Linux 6.18 has it', (helper, port, seconds) => {
  it('expects answers from its port of any host in the network', () => {
    const talk = asked(helper, port)
    expect(talk.expected()).toEqual([`udp ${everyone}:${port} > ${own}:5137`])
    expect(talk.wire.timeout()).toBe(seconds)
  })

  it('several answers are RELATED, each of its own connection', () => {
    const { wire } = asked(helper, port)
    expect(wire.send(udp('192.168.1.7', port, own, 5137))).toBe('related')
    expect(wire.send(udp('192.168.1.8', port, own, 5137))).toBe('related')
    expect(wire.send(udp(own, 5137, '192.168.1.8', port))).toBe('established/r')
  })

  it.each([
    ['another network', udp('192.168.2.7', port, own, 5137)],
    ['another port', udp('192.168.1.7', port + 1, own, 5137)],
    ['to another port', udp('192.168.1.7', port, own, 5138)],
  ])('one from %s is NEW', (_, forged) => {
    expect(asked(helper, port).wire.send(forged)).toBe('new')
  })

  it('a late one is NEW', () => {
    const { wire } = asked(helper, port)
    wire.now += seconds * 1000
    expect(wire.send(udp('192.168.1.7', port, own, 5137))).toBe('new')
  })

  it('asking again makes it wait anew', () => {
    const talk = asked(helper, port)
    talk.wire.now += seconds * 1000 - 500
    talk.tell(0, 'again')
    talk.wire.now += seconds * 1000 - 500
    expect(talk.wire.send(udp('192.168.1.7', port, own, 5137))).toBe('related')
  })

  it('a packet that is no broadcast of the host announces nothing', () => {
    const talk = asked(helper, port, null)
    expect(talk.expected()).toEqual([])
    expect(talk.wire.timeout()).toBe(30)
  })

  it('whatever the message holds', () => {
    const talk = asked(helper, port)
    expect(talk.tell(0, '')).toBe('new')
    expect(talk.expected()).toHaveLength(1)
  })
})
