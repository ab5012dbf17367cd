import { describe, expect, it } from 'vitest'
import { buildUdp, type Packet, packetOf } from '../packet/index.ts'
import { compileRuleset } from './compile.ts'
import {
  chain,
  compare,
  constant,
  counter,
  field,
  filterInput,
  goto,
  judge,
  jump,
  meta,
  surroundings,
  table,
  verdict,
  written,
} from './rules.fixture.ts'
import type { Statement } from './statement.ts'

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
