/** What nat statements ask of the host's nat: the range that they load, and when they do not come to it. */

import { describe, expect, it } from 'vitest'
import { buildUdp, type Packet, packetOf } from '../../packet/index.ts'
import type { NatStatement, Statement, Value } from '../../rules/index.ts'
import { asksForConntrack } from '../asks-for-conntrack.ts'
import * as make from '../rules.fixture.ts'

const { address, compiled, constant, element, field, judge, nat, set, surroundings } = make

const four = (): Packet =>
  packetOf(buildUdp({ from: '192.168.1.10', to: '198.51.100.2', fromPort: 5000, toPort: 53, payload: '' }), 2)
const six = (): Packet =>
  packetOf(buildUdp({ from: '2001:db8::a', to: '2001:db8:1::2', fromPort: 5000, toPort: 53, payload: '' }), 2)

const ip = (text: string): Value => constant(32, ...address(text))
const port = (number: number): Value => constant(16, number)

/** What was asked of nat, and what became of the packet; a rule behind drops what comes by. */
function asked(statement: Statement, packet: Packet = four()): string {
  const around = surroundings()
  const rules = compiled([[statement], [make.verdict('drop')]], around)
  const verdict = judge(rules, packet)
  return [...around.translations, `${verdict} by rule ${packet.rule}`].join('; ')
}

describe('a nat statement', () => {
  it.each([
    [
      'an address',
      { family: 4, values: [ip('10.0.0.1')], minimumAddress: 0 },
      'destination a000001:0:0:0-a000001:0:0:0',
    ],
    [
      'a range of addresses and ports',
      {
        type: 'snat',
        family: 4,
        values: [ip('10.0.0.1'), ip('10.0.0.9'), port(80), port(90)],
        minimumAddress: 0,
        maximumAddress: 1,
        minimumPort: 2,
        maximumPort: 3,
      },
      'source a000001:0:0:0-a000009:0:0:0 port 80-90',
    ],
    ['a port alone', { values: [port(8080)], minimumPort: 0 }, 'destination port 8080-8080'],
    ['the address of the interface', { type: 'masquerade', isRandom: true }, 'masquerade random'],
    [
      'this host',
      { type: 'redirect', values: [port(8080)], minimumPort: 0, isFullyRandom: true, isPersistent: true },
      'redirect port 8080-8080 fully-random persistent',
    ],
    [
      'what the packet holds',
      { family: 4, values: [field['ip saddr'], field['udp sport']], minimumAddress: 0, minimumPort: 1 },
      'destination c0a8010a:0:0:0-c0a8010a:0:0:0 port 5000-5000',
    ],
  ] satisfies [string, Partial<NatStatement>, string][])('translates to %s and ends the walk', (_, more, expected) => {
    expect(asked(nat(more))).toBe(`${expected}; accept by rule 1`)
  })

  it('lets packets of the other family go on', () => {
    expect(asked(nat({ family: 6, values: [constant(128, 0, 0, 0, 1)], minimumAddress: 0 }))).toBe('drop by rule 2')
    expect(asked(nat({ family: 6, values: [constant(128, 0, 0, 0, 1)], minimumAddress: 0 }), six())).toBe(
      'destination 0:0:0:1-0:0:0:1; accept by rule 1',
    )
  })

  it('keeps the host part where a prefix is translated to a prefix', () => {
    const prefix = { values: [ip('10.0.0.0'), ip('10.0.0.255')], minimumAddress: 0, maximumAddress: 1 } as const
    expect(asked(nat({ ...prefix, family: 4, type: 'snat', isNetmap: true }))).toBe(
      'source a00000a:0:0:0-a00000a:0:0:0 netmap; accept by rule 1',
    )
    expect(asked(nat({ ...prefix, family: 4, type: 'dnat', isNetmap: true }))).toBe(
      'destination a000002:0:0:0-a000002:0:0:0 netmap; accept by rule 1',
    )
  })

  it('takes an address, a port and the ends of both from one element of a map', () => {
    const fields = [make.addressField, make.portField]
    const map = set(
      [make.portField],
      [element([53], [53], { data: [...address('10.0.0.1'), 80, ...address('10.0.0.9'), 90] })],
      {
        data: { kind: 'value', fields, isInterval: true },
      },
    )
    const value = (key: Value): Value => ({ kind: 'map', key, map, width: 128 })
    const bounds = { minimumAddress: 0, minimumPort: 1, maximumAddress: 2, maximumPort: 3 } as const
    expect(asked(nat({ ...bounds, family: 4, values: [value(field['udp dport'])] }))).toBe(
      'destination a000001:0:0:0-a000009:0:0:0 port 80-90; accept by rule 1',
    )
    expect(asked(nat({ ...bounds, family: 4, values: [value(field['udp sport'])] }))).toBe('drop by rule 2')
  })

  it('drops what cannot be translated', () => {
    const around = { ...surroundings(), nat: { ...surroundings().nat, masquerade: () => 0 as const } }
    const packet = four()
    expect(judge(compiled([[nat({ type: 'masquerade' })]], around), packet)).toBe('drop')
    expect(packet.rule).toBe(1)
  })

  it('switches connection tracking on', () => {
    expect(asksForConntrack(make.ruleset([[nat({ type: 'masquerade' })]]))).toEqual({ 4: true, 6: true })
  })
})
