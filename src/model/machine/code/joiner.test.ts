import { describe, expect, it } from 'vitest'
import { buildIcmp, buildUdp, type Packet, packetOf } from '../../packet/index.ts'
import type { Statement } from '../../rules/index.ts'
import { compileRuleset } from '../compile.ts'
import { chainShift, Result } from '../result.ts'
import * as make from '../rules.fixture.ts'
import { textsMadeBy } from './generated-text.fixture.ts'
import { type Form, Joiner } from './joiner.ts'
import { end, need } from './operation.ts'
import * as word from './word.ts'

const { chain, compare, counter, field, filterInput, goto, judge, jump, meta, verdict } = make
const udp = (toPort: number): Packet =>
  packetOf(buildUdp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 1000, toPort }), 2)

describe('the form of code', () => {
  const rules = [[compare(field['udp dport'], '==', 53), counter], [verdict('drop')]]
  /** Functions that are made of text while so many packets pass. */
  const made = (form: Form, packets: number): number =>
    textsMadeBy(() => {
      const compiled = make.compiled(rules, undefined, {}, null, form)
      for (let i = 0; i < packets; i++) expect(judge(compiled, udp(i & 1 ? 53 : 54))).toBe('drop')
      expect([...compiled.packets]).toEqual([0, packets >>> 1, packets])
    }).length

  it.each([
    ['closures', 3000, 0],
    ['source', 0, 0],
    ['source', 1, 1],
    ['tiered', 900, 0],
    ['tiered', 3000, 1],
  ] as const)('%s makes of text, while %i packets pass, %i functions', (form, packets, expected) => {
    expect(made(form, packets)).toBe(expected)
  })
})

describe.each(['source', 'closures', 'tiered'] as const)('a rule alone, as %s', (form) => {
  const hits = { packets: new Float64Array(8), bytes: new Float64Array(8) }
  const chains = [() => Result.drop, () => Result.return]
  const joiner = new Joiner(form, new Int32Array(4), chains, hits)
  const isUdp = need(
    word.compare(
      word.call((packet) => packet.protocol),
      '===',
      17,
    ),
  )
  const ruleOf = (ruleId: number, result: number) =>
    joiner.rule({ ruleId, statements: [{ operations: [isUdp, end(result, ruleId)], isPure: true }] })
  const jumpTo = (kind: number, number: number): number => kind | (number << chainShift)

  it.each([
    ['decides', ruleOf(1, Result.accept), Result.accept],
    ['goes on', ruleOf(2, Result.next), Result.next],
    ['returns', ruleOf(3, Result.return), Result.return],
    ['jumps to what decides', ruleOf(4, jumpTo(Result.jump, 0)), Result.drop],
    ['comes back from a jump', ruleOf(5, jumpTo(Result.jump, 1)), Result.next],
    ['does not come back from a goto', ruleOf(6, jumpTo(Result.goto, 1)), Result.return],
  ])('%s by itself', (_, rule, expected) => {
    const other = packetOf(buildIcmp({ from: '10.0.0.1', to: '10.0.0.2', type: 8 }))
    for (let i = 0; i < 1100; i++) {
      expect(rule(udp(53))).toBe(expected)
      expect(rule(other)).toBe(Result.next)
    }
  })
  it('counts', () => {
    expect([...hits.packets]).toEqual([0, 1100, 1100, 1100, 1100, 1100, 1100, 0])
  })
})

describe.each(['source', 'closures'] as const)('a chain too long for one function, as %s', (form) => {
  /** Rules that never match, and that no index takes together. */
  const filling: readonly (readonly Statement[])[] = Array.from({ length: 400 }, (_, i) => [
    compare(field['udp dport'], '<', i % 7),
    compare(meta('mark'), '==', 9),
  ])
  const decide = (rules: readonly (readonly Statement[])[]): string => {
    const chains = [
      chain('c', rules, 1, filterInput),
      chain('long', [...filling, [verdict('return')], ...filling, [verdict('drop')]], 2001),
    ]
    const compiled = compileRuleset({ tables: [make.table(chains)] }, make.surroundings(), null, form)
    const packet = udp(53)
    return `${judge(compiled, packet)} by ${packet.rule}`
  }
  const drop = [verdict('drop')]
  it.each([
    ['is walked to its last rule', decide([...filling, ...filling, drop]), 'drop by 801'],
    ['ends where a rule decides', decide([...filling, drop, ...filling, [verdict('accept')]]), 'drop by 401'],
    ['ends by return', decide([...filling, [verdict('return')], ...filling, drop]), 'accept by -1'],
    ['ends by goto', decide([[goto('long')], ...filling, drop]), 'accept by -1'],
    ['goes on after a jump', decide([...filling, [jump('long')], ...filling, drop]), 'drop by 802'],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBe(expected)
  })
})
