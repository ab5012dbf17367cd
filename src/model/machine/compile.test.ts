import { describe, expect, it } from 'vitest'
import { buildTcp, buildUdp, Hook, type Packet, packetOf } from '../packet/index.ts'
import type { Statement } from '../rules/index.ts'
import { findJumpProblem } from './chain.ts'
import { compileRuleset } from './compile.ts'
import * as make from './rules.fixture.ts'

const udp = (): Packet => packetOf(buildUdp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 1000, toPort: 53 }), 2)
const { chain, compare, counter, filterInput, goto, judge, jump, meta, surroundings, table, verdict } = make
const isUdp = compare(meta('l4proto'), '==', 17)
const isTcp = compare(meta('l4proto'), '==', 6)

describe('verdicts', () => {
  const dropped = { ...filterInput, policy: 'drop' as const }
  const cases: readonly (readonly [string, readonly (readonly Statement[])[], 'accept' | 'drop', number])[] = [
    ['an empty chain leaves it to the policy', [], 'accept', -1],
    ['accept ends the chain', [[verdict('accept')], [verdict('drop')]], 'accept', 1],
    [
      'a rule that does not match is passed over',
      [
        [isTcp, verdict('drop')],
        [isUdp, verdict('accept')],
      ],
      'accept',
      2,
    ],
    ['a rule without a verdict goes on', [[counter], [verdict('drop')]], 'drop', 2],
    ['continue goes on', [[verdict('continue')], [verdict('drop')]], 'drop', 2],
    ['return from the base chain is the policy', [[verdict('return')], [verdict('drop')]], 'accept', -1],
    ['queue without a listener drops', [[verdict({ kind: 'queue', from: 0, to: 0, bypass: false })]], 'drop', 1],
    [
      'queue with bypass goes on to the next hook',
      [[verdict({ kind: 'queue', from: 0, to: 0, bypass: true })]],
      'accept',
      1,
    ],
  ]
  it.each(cases)('%s', (_, rules, expected, rule) => {
    const packet = udp()
    expect(judge(make.compiled(rules), packet)).toBe(expected)
    expect(packet.rule).toBe(rule)
  })

  it('a drop policy drops what no rule decided', () => {
    const packet = udp()
    expect(judge(compileRuleset(make.ruleset([[isTcp]], {}, dropped), surroundings(), null), packet)).toBe('drop')
    expect(packet.rule).toBe(-1)
  })
})

describe('jumps', () => {
  /** Base chain c with `rules`, and chains a and b. */
  const decide = (
    rules: readonly (readonly Statement[])[],
    a: readonly (readonly Statement[])[],
    b: readonly (readonly Statement[])[] = [],
  ) => {
    const chains = [chain('c', rules, 1, filterInput), chain('a', a, 101), chain('b', b, 201)]
    const packet = udp()
    const compiled = compileRuleset({ tables: [table(chains)] }, surroundings(), null)
    return `${judge(compiled, packet)} by ${packet.rule}`
  }
  const drop = [verdict('drop')]
  it.each([
    ['jump comes back at the end of the chain', decide([[jump('a')], drop], [[counter]]), 'drop by 2'],
    ['jump comes back by return', decide([[jump('a')], drop], [[verdict('return')], [verdict('accept')]]), 'drop by 2'],
    ['a verdict in a chain is final', decide([[jump('a')], drop], [[verdict('accept')]]), 'accept by 101'],
    ['goto does not come back', decide([[goto('a')], drop], [[counter]]), 'accept by -1'],
    [
      'goto inside a jump comes back to the jump',
      decide([[jump('a')], drop], [[goto('b')], [verdict('accept')]], [[counter]]),
      'drop by 2',
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBe(expected)
  })

  const problem = (...chains: Parameters<typeof table>[0]) => findJumpProblem(table(chains))?.kind ?? null
  const nested = (depth: number) => [
    chain('c', [[jump('c1')]], 1, filterInput),
    ...Array.from({ length: depth }, (_, i) => chain(`c${i + 1}`, i + 1 < depth ? [[jump(`c${i + 2}`)]] : [], i + 2)),
  ]
  it('are refused where the kernel refuses them', () => {
    expect(problem(chain('c', [[jump('nowhere')]], 1, filterInput))).toBe('missing chain')
    expect(problem(chain('c', [[jump('a')]], 1, filterInput), chain('a', [[jump('a')]], 2))).toBe('loop')
    expect(problem(chain('c', [[jump('a')]], 1, filterInput), chain('a', [[goto('c')]], 2))).toBe('base chain')
    expect(problem(...nested(15))).toBe(null)
    expect(problem(...nested(16))).toBe('depth')
  })
})

describe('base chains', () => {
  it('are sorted by hook and priority, of equal ones the last made first, without tables that IP packets do not meet', () => {
    const base = (id: number, hook: 0 | 1 | 2 | 3 | 4, priority: number) => ({ ...filterInput, id, hook, priority })
    const chains = [
      chain('late', [], 1, base(1, Hook.input, 10)),
      chain('second', [], 1, base(2, Hook.input, 0)),
      chain('first', [], 1, base(3, Hook.prerouting, 300)),
      chain('third', [], 1, base(4, Hook.input, 0)),
    ]
    const tables = [table(chains), table([chain('arp', [], 1, base(5, Hook.input, 0))], { family: 'arp' })]
    const dormant = { ...table([chain('off', [], 1, base(6, Hook.input, 0))]), isDormant: true }
    const compiled = compileRuleset({ tables: [...tables, dormant] }, surroundings(), null)
    expect(compiled.baseChains.map((each) => each.chain.name)).toEqual(['first', 'third', 'second', 'late'])
  })

  it.each([
    ['ip', 4],
    ['ip6', 6],
    ['inet', 'both'],
  ] as const)('of family %s meet packets of %s', (family, families) => {
    const compiled = compileRuleset(make.ruleset([], { family }), surroundings(), null)
    expect(compiled.baseChains[0]?.families).toBe(families)
  })
})

describe('counters', () => {
  it('count network-layer bytes, and rule hits only when every match succeeded', () => {
    const compiled = make.compiled([
      [counter, isTcp, verdict('accept')],
      [isUdp, counter],
    ])
    judge(compiled, udp())
    judge(compiled, packetOf(buildTcp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 1, toPort: 2 })))
    expect(compiled.listing.statements().map(({ text }) => text)).toEqual([
      'counter packets 2 bytes 68',
      'counter packets 1 bytes 28',
    ])
    expect([...compiled.packets]).toEqual([0, 1, 1])
    expect([...compiled.bytes]).toEqual([0, 40, 28])
  })
})
