import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildTcp, HookVerdict, packetOf } from '../packet/index.ts'
import type { SetDefinition, Statement } from '../rules/index.ts'
import { counted, filled, longChains, packetsOnEnds, settledOf, shortChains } from './classify/random-chains.fixture.ts'
import { type CompiledRuleset, compileRuleset } from './compile.ts'
import {
  address,
  addressField,
  chain,
  compare,
  constant,
  counter,
  ct,
  element,
  field,
  filterInput,
  goto,
  jump,
  lookup,
  masked,
  meta,
  set,
  surroundings,
  table,
  testConntrack,
  testEntry,
  verdict,
  written,
} from './rules.fixture.ts'

type Rules = readonly (readonly Statement[])[]

function compile(rules: Rules, inner: Rules = [], sets: readonly SetDefinition[] = []): CompiledRuleset {
  const chains = [chain('c', rules, 1, filterInput), chain('inner', inner, 501)]
  const around = surroundings(testConntrack([testEntry({ mark: 7 })]))
  return compileRuleset({ tables: [table(chains, { sets: [...sets, filled, counted] })] }, around, null)
}

const counts = ({ bytes, listing, packets }: CompiledRuleset): unknown => ({
  packets,
  bytes,
  statements: listing.statements().map(({ text }) => text),
})

const segment = buildTcp({ from: '192.168.1.10', to: '192.168.1.254', fromPort: 9, toPort: 10, flags: 'A' })

/** Whether the answer of a chain is noted as one for all packets of the connection. */
function isSettled(rules: Rules, inner: Rules = [], sets: readonly SetDefinition[] = []): boolean {
  const packet = Object.assign(packetOf(segment), { entry: 1, state: 2, input: 1 })
  const [base] = compile(rules, inner, sets).baseChains
  return base?.note(packet) === true
}

describe('what a chain would count', () => {
  it('is noted as it then counts, and as nothing until it is carried out', () => {
    const both = fc.tuple(longChains, shortChains)
    const chains = fc.oneof(
      both,
      both.map(([rules, inner]) => [settledOf(rules), settledOf(inner)] as const),
    )
    let settled = 0
    fc.assert(
      fc.property(chains, packetsOnEnds, ([rules, inner], make) => {
        const noted = compile(rules, inner)
        const packet = make()
        const before = counts(noted)
        const isSettled = noted.baseChains[0]?.note(packet) === true
        expect(counts(noted)).toEqual(before)
        if (!isSettled) expect(noted.journal.count).toBe(0)
        if (!isSettled) return
        settled++
        noted.journal.carryOutNow(packet.end - packet.start)
        const run = compile(rules, inner)
        const same = make()
        expect(run.baseChains[0]?.run(same)).toBe(HookVerdict.accept)
        expect(counts(noted)).toEqual(counts(run))
        expect(packet).toEqual(same)
      }),
      { numRuns: 1000 },
    )
    expect(settled).toBeGreaterThan(200)
  })

  const pass = verdict('accept')
  const dataOf = (more: Partial<SetDefinition>): SetDefinition =>
    set([addressField], [element(address('192.168.1.10'))], { name: 'data', ...more })
  const seen = (of: SetDefinition): Statement => lookup(field['ip saddr'], of)
  const add = (to: SetDefinition): Statement =>
    written({
      kind: 'update set',
      operation: 'add',
      set: to,
      key: field['ip saddr'],
      data: null,
      timeout: null,
      statements: [],
    })
  const plain = dataOf({})

  it.each<[string, Rules]>([
    [
      'addresses and ports',
      [[compare(field['ip saddr'], '==', ...address('192.168.1.10')), compare(field['tcp dport'], '==', 10)]],
    ],
    ['the state', [[compare(masked(ct('state'), 2), '!=', 0), counter, pass]]],
    ['interfaces', [[compare(meta('iif'), '==', 1), pass]]],
    ['a set', [[seen(plain), counter, pass]]],
    ['a chain', [[jump('inner')], [goto('inner')]]],
    [
      'what is not reached',
      [
        [compare(meta('iif'), '==', 9), compare(meta('length'), '>', 9)],
        [pass],
        [compare(meta('length'), '>', 9), counter],
      ],
    ],
  ])('is settled where it follows from %s', (_name, rules) => {
    expect(isSettled(rules, [[counter]], [plain])).toBe(true)
  })

  it.each<[string, Rules]>([
    ['the length', [[compare(meta('length'), '>', 9), counter, pass]]],
    ['the time to live', [[compare(field['ip ttl'], '==', 64), pass]]],
    ['flags', [[compare(masked(field['tcp flags'], 2), '==', 0), pass]]],
    ['sequence numbers', [[compare(field['tcp sequence'], '==', 0), pass]]],
    ["the connection's mark", [[compare(ct('mark'), '==', 7), pass]]],
    ["the connection's status", [[compare(masked(ct('status'), 4), '==', 0), pass]]],
    ['lots', [[compare({ kind: 'numgen', mode: 'inc', modulus: 3, offset: 0, width: 32 }, '==', 0), pass]]],
    [
      'a limit',
      [
        [
          written({ kind: 'limit', limit: { rate: 1, periodSeconds: 60, burst: 2, isBytes: false, isOver: false } }),
          pass,
        ],
      ],
    ],
    [
      'a set that rules fill',
      [
        [compare(meta('iif'), '==', 9), add(plain)],
        [seen(plain), pass],
      ],
    ],
    ['a set that anybody may fill', [[seen(dataOf({ isDynamic: true })), pass]]],
    ['a set whose elements end', [[seen(dataOf({ hasTimeout: true })), pass]]],
    [
      'elements that count',
      [
        [
          seen(
            set([addressField], [element(address('192.168.1.10'), address('192.168.1.10'), { statements: [counter] })]),
          ),
          pass,
        ],
      ],
    ],
    ['a mark that is set', [[written({ kind: 'set meta', key: 'mark', value: constant(32, 1) }), pass]]],
    ['a chain that asks for more', [[jump('inner')]]],
    ['more counters than are noted', Array.from({ length: 100 }, () => [counter])],
  ])('is not settled where it follows from %s', (_name, rules) => {
    expect(isSettled(rules, [[compare(meta('length'), '>', 9), counter]], [plain])).toBe(false)
  })

  it('is not noted where the packet does not pass', () => {
    expect(isSettled([[counter, verdict('drop')]])).toBe(false)
  })

  it('is asked of all rules where what chooses among them is not settled', () => {
    const byLength = (then: readonly Statement[]): Rules =>
      Array.from({ length: 20 }, (_, i) => [...then, compare(meta('length'), '==', 100 + i), counter])
    expect(isSettled(byLength([compare(meta('iif'), '==', 9)]))).toBe(true)
    expect(isSettled(byLength([]))).toBe(false)
  })
})
