import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildUdp, type Packet, packetOf } from '../../packet/index.ts'
import type { Statement } from '../../rules/index.ts'
import { loadOf } from '../code/closures.ts'
import { type CompiledRuleset, compileRuleset } from '../compile.ts'
import { codeValue } from '../expressions/values.ts'
import type { Machine } from '../machine.ts'
import { Result } from '../result.ts'
import {
  chain,
  compare,
  constant,
  counter,
  field,
  filterInput,
  goto,
  interfaceName,
  judge,
  jump,
  masked,
  meta,
  surroundings,
  table,
  testConntrack,
  testEntry,
  testMachine,
  verdict,
  written,
} from '../rules.fixture.ts'
import type { Tracer } from '../tracer.ts'
import { choiceAmong, classifyRules, type RuleJoiner } from './classify.ts'
import { counted, filled, longChains, packetsOnEnds, shortChains } from './random-chains.fixture.ts'

const silent: Tracer = {
  enterChain: () => {},
  enterRule: () => {},
  statement: () => {},
  verdict: () => {},
  policy: () => {},
}

/** A machine that loads values. */
const loadingMachine = (): Machine => {
  const machine: Machine = {
    ...testMachine(),
    code: (value, at) => codeValue(value, at, machine),
    load: (value, at) => loadOf(codeValue(value, at, machine), at, machine.registers),
  }
  return machine
}

const udp = (): Packet => packetOf(buildUdp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 1000, toPort: 53 }), 2)
const accept = verdict('accept')
const setMark = written({ kind: 'set meta', key: 'mark', value: constant(32, 1) })
const markIs = (mark: number, ...rest: readonly Statement[]): readonly Statement[] => [
  compare(meta('mark'), '==', mark),
  ...rest,
]
const portIs = (port: number, ...rest: readonly Statement[]): readonly Statement[] => [
  compare(field['udp dport'], '==', port),
  ...rest,
]

/** Rules that never match, to make a run long enough for one lookup. */
const filling = (of: (value: number) => readonly Statement[]): (readonly Statement[])[] =>
  [7, 8, 9, 10, 11, 12].map((value) => of(value))

describe('a run of rules that ask one field', () => {
  const decide = (rules: readonly (readonly Statement[])[], inner: readonly (readonly Statement[])[] = []): string => {
    const chains = [chain('c', rules, 1, filterInput), chain('a', inner, 101)]
    const packet = udp()
    return `${judge(compileRuleset({ tables: [table(chains)] }, surroundings(), null), packet)} by ${packet.rule}`
  }
  it.each([
    [
      'keeps their order',
      decide([...filling(portIs), portIs(53, counter), portIs(53, accept), portIs(53, verdict('drop'))]),
      'accept by 8',
    ],
    ['goes on behind it', decide([...filling(portIs), portIs(53, counter), [accept]]), 'accept by 8'],
    ['goes on behind it when no rule wants the value', decide([...filling(portIs), [accept]]), 'accept by 7'],
    ['ends by return', decide([...filling(portIs), portIs(53, verdict('return')), portIs(53, accept)]), 'accept by -1'],
    [
      'ends by goto',
      decide([...filling(portIs), portIs(53, goto('a')), portIs(53, accept)], [[counter]]),
      'accept by -1',
    ],
    [
      'comes back from a jump',
      decide([...filling(portIs), portIs(53, jump('a')), portIs(53, accept)], [[verdict('return')]]),
      'accept by 8',
    ],
    [
      'sees what a rule among it has written',
      decide([...filling(markIs), markIs(0, setMark), markIs(1, accept)]),
      'accept by 8',
    ],
    [
      'does not see the old value again',
      decide([...filling(markIs), markIs(0, setMark), markIs(0, accept)]),
      'accept by -1',
    ],
    [
      'sees what a chain that it jumps to has written',
      decide([...filling(markIs), markIs(0, jump('a')), markIs(1, accept)], [[setMark]]),
      'accept by 8',
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBe(expected)
  })
})

describe('the classifier', () => {
  const compileTwo = (rules: readonly Statement[][], inner: readonly Statement[][], tracer: Tracer | null) => {
    const chains = [chain('c', rules, 1, filterInput), chain('inner', inner, 1001)]
    const around = surroundings(testConntrack([testEntry({ mark: 7 })]))
    return compileRuleset({ tables: [table(chains, { sets: [filled, counted] })] }, around, tracer)
  }
  const stateOf = ({ bytes, listing, packets }: CompiledRuleset) => ({
    packets: [...packets],
    bytes: [...bytes],
    statements: listing.statements().map(({ text }) => text),
    sets: [filled, counted].map((each) => [...listing.elements(each)]),
  })

  it('does what a walk of all rules does: verdicts, deciding rules, marks, bytes, counters, limits, sets', () => {
    fc.assert(
      fc.property(longChains, shortChains, fc.array(packetsOnEnds, { minLength: 1, maxLength: 30 }), (...drawn) => {
        const [rules, inner, makers] = drawn
        const fast = compileTwo(rules, inner, null)
        // Traced rules are walked one by one.
        const walked = compileTwo(rules, inner, silent)
        for (const make of makers) {
          const [one, other] = [make(), make()]
          expect(judge(fast, one)).toBe(judge(walked, other))
          expect([one.rule, one.mark, [...one.bytes]]).toEqual([other.rule, other.mark, [...other.bytes]])
        }
        expect(stateOf(fast)).toEqual(stateOf(walked))
      }),
      { numRuns: 200 },
    )
  })

  it.each(['<', '<=', '>', '>='] as const)(
    'takes %s of interface names for an order of names, not of indices',
    (operator) => {
      const named = (name: string, of: '==' | typeof operator): readonly Statement[] => [
        compare(meta('iifname'), of, ...interfaceName(name)),
      ]
      const names = ['lan', 'wan', 'lo', 'nowhere', 'eth0', 'zzz']
      const rules = names.flatMap((name) => [named(name, operator), named(name, '=='), portIs(22)])
      for (const input of [0, 1, 2, 3]) {
        const hits = [null, silent].map((tracer) => {
          const chains = [chain('c', rules, 1, filterInput)]
          const compiled = compileRuleset({ tables: [table(chains)] }, surroundings(), tracer)
          judge(compiled, Object.assign(udp(), { input }))
          return [...compiled.packets]
        })
        expect(hits[0]).toEqual(hits[1])
      }
    },
  )

  /** How many of the rules run for a packet of 10.0.0.1, port 1000, to 10.0.0.2, port 53. */
  const runs = (rules: readonly (readonly Statement[])[]): number => {
    let count = 0
    const joiner: RuleJoiner = {
      machine: loadingMachine(),
      changedSets: new Set(),
      changesOfChain: () => 0,
      joinChoice: choiceAmong,
      joinRule: () => () => {
        count++
        return Result.next
      },
    }
    for (const step of classifyRules(chain('c', rules, 1).rules, joiner)) step(udp())
    return count
  }
  const thousand = (of: (i: number) => readonly Statement[]): (readonly Statement[])[] =>
    Array.from({ length: 1000 }, (_, i) => of(i))
  const source = (i: number): Statement => compare(field['ip saddr'], '==', (10 << 24) + i)
  const within = (from: number, to: number): Statement =>
    written({ kind: 'range', isNegated: false, left: field['udp dport'], from: [from], to: [to] })
  const block = (i: number): Statement =>
    compare({ ...masked(field['ip daddr'], 0), and: [-256] }, '==', (10 << 24) + i * 256)

  it.each([
    ['addresses', thousand((i) => [source(i), accept]), 1],
    ['addresses and ports', thousand((i) => [source(i % 30), portIs(50 + Math.floor(i / 30))[0] ?? accept]), 1],
    ['fields in another order', thousand((i) => (i % 2 ? [source(i), within(1, 99)] : [within(1, 99), source(i)])), 1],
    ['prefixes', thousand((i) => [block(i), accept]), 1],
    ['ranges of ports', thousand((i) => [within(i, i + 2), accept]), 3],
    ['nested prefixes', thousand((i) => [i % 2 ? block(i) : block(0), source(i)]), 1],
    ['several sets of fields', thousand((i) => [[source(i)], [block(i)], [within(i, i)]][i % 3] ?? []), 1],
    ['a rule among them for all', [...thousand((i) => [source(i)]), [counter], ...thousand((i) => [source(i)])], 3],
    ['what a counter comes before', thousand((i) => [counter, source(i)]), 1000],
    ['marks that are set', thousand((i) => [source(i), setMark]), 1],
    ['ranges that all hold the packet', thousand((i) => [within(53 - (i % 50), 53 + i)]), 1000],
  ])('runs of a thousand rules about %s only those that may match', (_, rules, expected) => {
    expect(runs(rules)).toBe(expected)
  })
})
