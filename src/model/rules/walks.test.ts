import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CompiledRuleset, compileRuleset } from './compile.ts'
import { compileGeneral } from './expressions/compare.ts'
import { compileHotCompare } from './expressions/hot-compare.ts'
import { loadValue } from './expressions/values.ts'
import type { Machine } from './machine.ts'
import { compares, packets, rulesOf, seen } from './random-rules.fixture.ts'
import {
  chain,
  counter,
  filterInput,
  judge,
  surroundings,
  table,
  testConntrack,
  testEntry,
  testMachine,
} from './rules.fixture.ts'
import type { Statement } from './statement.ts'
import type { Tracer } from './tracer.ts'
import { stringWords } from './words.ts'

const silent: Tracer = {
  enterChain: () => {},
  enterRule: () => {},
  statement: () => {},
  verdict: () => {},
  policy: () => {},
}

const compileThree = (
  rules: readonly (readonly (readonly Statement[])[])[],
  tracer: Tracer | null,
): CompiledRuleset => {
  const [base = [], a = [], b = []] = rules
  const chains = [
    chain('c', base, 1, filterInput),
    chain('a', a, 101),
    chain('b', b, 201),
    chain('leaf', [[counter]], 301),
  ]
  const around = surroundings(testConntrack([testEntry({ mark: 7 })]))
  return compileRuleset({ tables: [table(chains, { sets: [seen] })] }, around, tracer)
}

describe('the fast walk', () => {
  it('does what the traced walk does: verdicts, deciding rules, marks, bytes, counters, sets', () => {
    const rulesets = fc.tuple(rulesOf(['a', 'b']), rulesOf(['b']), rulesOf([]))
    fc.assert(
      fc.property(rulesets, fc.array(packets, { minLength: 1, maxLength: 12 }), (rules, makers) => {
        const fast = compileThree(rules, null)
        const traced = compileThree(rules, silent)
        for (const make of makers) {
          const [one, other] = [make(), make()]
          expect(judge(fast, one)).toBe(judge(traced, other))
          expect([one.rule, one.mark, [...one.bytes]]).toEqual([other.rule, other.mark, [...other.bytes]])
        }
        expect([...fast.packets]).toEqual([...traced.packets])
        expect([...fast.bytes]).toEqual([...traced.bytes])
        const listed = (each: CompiledRuleset) => [
          each.listing.statements().map(({ text }) => text),
          [...each.listing.elements(seen)],
        ]
        expect(listed(fast)).toEqual(listed(traced))
      }),
      { numRuns: 150 },
    )
  })
})

describe('hot compares', () => {
  /** A machine that loads values, for the general form. */
  const machine = (): Machine => {
    const around = surroundings(testConntrack([testEntry({ mark: 7 })]))
    const real: Machine = {
      ...testMachine(),
      surroundings: around,
      load: (value, at) => loadValue(value, at, real),
      nameWords: (index) => Int32Array.from(stringWords(around.host.interfaceName(index))),
    }
    return real
  }
  it('answer as the general compare does', () => {
    let hot = 0
    fc.assert(
      fc.property(compares, packets, (statement, make) => {
        const around = machine()
        const step = compileHotCompare(statement, around)
        if (!step) return
        hot++
        expect(step(make())).toBe(compileGeneral(statement, around)(make()))
      }),
      { numRuns: 1000 },
    )
    expect(hot).toBeGreaterThan(300)
  })
})
