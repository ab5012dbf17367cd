import { describe, expect, it } from 'vitest'
import { buildUdp, type Packet, packetOf } from '../packet/index.ts'
import { compileRuleset } from './compile.ts'
import * as make from './rules.fixture.ts'
import type { Tracer } from './tracer.ts'

const {
  address,
  chain,
  compare,
  ct,
  element,
  field,
  filterInput,
  judge,
  jump,
  masked,
  meta,
  portField,
  set,
  surroundings,
  table,
  verdict,
} = make

/** Notes what it is told, a line each. */
function recorder(): { readonly lines: string[]; readonly tracer: Tracer } {
  const lines: string[] = []
  return {
    lines,
    tracer: {
      enterChain: (_packet, { name }, { name: inChain }) => lines.push(`${name} ${inChain}`),
      enterRule: (_packet, rule) => lines.push(`rule ${rule.id}`),
      statement: (_packet, _rule, statement, outcome, actual) =>
        lines.push(`${statement.kind} ${outcome} ${actual?.() ?? '-'}`),
      verdict: (_packet, rule, text) => lines.push(`rule ${rule.id} ends: ${text}`),
      policy: (_packet, _table, _chain, policy) => lines.push(`policy ${policy}`),
    },
  }
}

const udp = (): Packet => packetOf(buildUdp({ from: '192.168.1.10', to: '10.0.0.2', fromPort: 5000, toPort: 53 }), 2)

describe('a traced walk', () => {
  it('tells chains, rules, what each statement found, verdicts and the policy', () => {
    const { lines, tracer } = recorder()
    const base = chain(
      'c',
      [[compare(meta('l4proto'), '==', 6)], [jump('a')], [compare(ct('mark'), '!=', 1), verdict('drop')]],
      1,
      filterInput,
    )
    const inner = chain('a', [[compare(masked(ct('state'), 6), '!=', 0)], [make.counter, verdict('return')]], 11)
    judge(
      compileRuleset({ tables: [table([base, inner])] }, surroundings(), tracer),
      Object.assign(udp(), { state: 8 }),
    )
    expect(lines).toEqual([
      't c',
      'rule 1',
      'compare failed udp',
      'rule 2',
      'verdict matched -',
      'rule 2 ends: jump a',
      't a',
      'rule 11',
      'compare failed new',
      'rule 12',
      'counter matched -',
      'verdict matched -',
      'rule 12 ends: return',
      'rule 3',
      'compare not-loadable -',
      'policy accept',
    ])
  })

  const found = (statement: ReturnType<typeof compare>): string | undefined => {
    const { lines, tracer } = recorder()
    judge(make.compiled([[statement]], surroundings(), {}, tracer), udp())
    return lines.find((line) => line.startsWith(statement.kind))
  }
  it.each([
    ['addresses', compare(field['ip saddr'], '==', ...address('192.168.1.10')), 'compare matched 192.168.1.10'],
    ['ports', make.lookup(field['udp dport'], set([portField], [element([22])])), 'lookup failed 53'],
    ['interfaces', compare(meta('iif'), '!=', 2), 'compare failed "lan"'],
    ['names', compare(meta('iifname'), '!=', 1, 2, 3, 4), 'compare matched "lan"'],
    ['marks', compare(meta('mark'), '==', 1), 'compare failed 0x00000000'],
    [
      'pairs',
      make.lookup(make.concatenation(field['ip daddr'], field['th sport']), set([make.addressField, portField], [])),
      'lookup failed 10.0.0.2 . 5000',
    ],
    [
      'types of addresses',
      compare({ kind: 'fib', address: 'daddr', with: [], result: 'type', width: 32 }, '==', 2),
      'compare failed unicast',
    ],
    [
      'nothing that reading would change',
      compare({ kind: 'numgen', mode: 'inc', modulus: 2, offset: 0, width: 32 }, '==', 0),
      'compare matched -',
    ],
  ])('shows %s', (_, statement, expected) => {
    expect(found(statement)).toBe(expected)
  })
})
