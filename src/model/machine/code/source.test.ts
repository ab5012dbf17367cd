import { describe, expect, it } from 'vitest'
import { buildUdp, Hook, packetOf } from '../../packet/index.ts'
import type { Statement } from '../../rules/index.ts'
import { compileRuleset } from '../compile.ts'
import * as make from '../rules.fixture.ts'
import { textsMadeBy } from './generated-text.fixture.ts'

const { compare, constant, counter, element, field, judge, meta, portField, verdict, written } = make
const udp = () => packetOf(buildUdp({ from: '10.0.0.1', to: '10.0.0.2', fromPort: 1000, toPort: 53 }), 2)

/** What is generated for the rules of one chain. */
const textOf = (...rules: readonly (readonly Statement[])[]): string =>
  textsMadeBy(() => judge(make.compiled(rules, undefined, {}, null, 'source'), udp())).join()

const times = (text: string, part: string): number => text.split(part).length - 1

describe('generated text', () => {
  const portIs = (port: number, ...rest: readonly Statement[]) => [compare(field['udp dport'], '==', port), ...rest]
  const secondByte = ' + 3]'
  const setPort = written({
    kind: 'set payload',
    base: 'transport',
    offset: 16,
    width: 16,
    name: 'udp dport',
    value: constant(16, 80),
  })
  const setMark = written({ kind: 'set meta', key: 'mark', value: constant(32, 7) })

  it('reads a field once for all rules that ask for it', () => {
    expect(times(textOf(portIs(1), portIs(2), [counter], portIs(3)), secondByte)).toBe(1)
  })
  it('reads it again where a rule may have written to the packet', () => {
    expect(times(textOf(portIs(1), portIs(2, setPort), portIs(3), portIs(4)), secondByte)).toBe(2)
  })
  it('reads it again behind the statement that has written it', () => {
    const rules = [portIs(53, setPort, compare(field['udp dport'], '==', 80)), portIs(80, verdict('drop'))]
    const packet = udp()
    expect(judge(make.compiled(rules, undefined, {}, null, 'source'), packet)).toBe('drop')
    expect(packet.rule).toBe(2)
    expect(times(textOf(...rules), secondByte)).toBe(3)
  })
  it('reads a mark again that a rule has set, and nothing else', () => {
    const markIs = (mark: number) => [compare(meta('mark'), '==', mark)]
    const text = textOf(markIs(1), portIs(1), [setMark], portIs(2), markIs(2), markIs(3))
    expect([times(text, '= packet.mark'), times(text, secondByte)]).toEqual([2, 1])
  })
  it('reads no field before a rule that it ends first and that nobody shares', () => {
    const text = textOf([compare(meta('l4proto'), '==', 6), ...portIs(1)])
    expect(text.indexOf('break')).toBeGreaterThan(0)
    expect(text.indexOf('packet.bytes')).toBeGreaterThan(text.indexOf('break'))
  })
})

/** All words that generated text may be made of, beside counted names and numbers. */
const vocabulary = new Set(
  'use strict const k return packet let result if break true false start end link family hook input output mark priority userId groupId entry bytes rule'.split(
    ' ',
  ),
)
const isExpected = (word: string): boolean => vocabulary.has(word) || /^([kvr]?\d+)$/.test(word)

describe('what a ruleset says', () => {
  const hostile = '\'"`\\\n\r\u2028*/};globalThis.broken=1;//$' + '{globalThis.broken=1}'
  const source = { file: hostile, line: 1, column: 1, offset: 0, length: 0 }
  const set = make.set([portField], [element([53], [53], { comment: hostile })], { name: hostile, comment: hostile })
  const statements: readonly Statement[] = [
    compare({ ...field['udp dport'], name: hostile }, '!=', 54),
    compare(meta('iifname'), '==', ...make.interfaceName(hostile)),
    written({
      kind: 'log',
      prefix: hostile,
      group: null,
      level: null,
      flags: [],
      snapLength: null,
      queueThreshold: null,
    }),
    make.lookup(field['udp dport'], set),
    counter,
    make.jump(hostile),
  ].map((statement) => ({ ...statement, text: hostile, source }))
  const rule = { id: 1, handle: 0, statements, text: hostile, source, comment: hostile }
  const base = { ...make.chain(hostile, [], 1, make.filterInput), rules: [rule] }
  const inner = make.chain(hostile + 1, [[counter, verdict('accept')]], 2)
  const jumping = { ...rule, id: 3, statements: [...statements.slice(2, 5), make.jump(inner.name)] }
  const table = {
    ...make.table([{ ...base, rules: [jumping, { ...rule, statements: statements.slice(0, 5) }] }, inner], {
      sets: [set],
    }),
    name: hostile,
  }

  it('does not come into generated text: neither names nor comments nor strings', () => {
    const texts = textsMadeBy(() => {
      const rules = compileRuleset({ tables: [table] }, make.surroundings(), null, 'source')
      const packet = Object.assign(udp(), { hook: Hook.input })
      rules.baseChains[0]?.run(packet)
      expect(packet.rule).toBe(2)
    })
    expect(texts).toHaveLength(2)
    for (const text of texts) {
      expect((text.match(/[a-zA-Z_$\d\u0080-\uffff]+/g) ?? []).filter((word) => !isExpected(word))).toEqual([])
      expect(text.replace("'use strict'", '')).not.toMatch(/['"`\\]/)
    }
    expect(globalThis).not.toHaveProperty('broken')
  })
})
