import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Packet } from '../packet/index.ts'
import type { Statement } from '../rules/index.ts'
import type { Form } from './code/joiner.ts'
import { type CompiledRuleset, compileRuleset } from './compile.ts'
import { packets, rulesOf, seen } from './random-rules.fixture.ts'
import { chain, counter, filterInput, judge, surroundings, table, testConntrack, testEntry } from './rules.fixture.ts'
import type { Tracer } from './tracer.ts'

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
  form: Form,
): CompiledRuleset => {
  const [base = [], a = [], b = []] = rules
  const chains = [
    chain('c', base, 1, filterInput),
    chain('a', a, 101),
    chain('b', b, 201),
    chain('leaf', [[counter]], 301),
  ]
  const around = surroundings(testConntrack([testEntry({ mark: 7 })]))
  return compileRuleset({ tables: [table(chains, { sets: [seen] })] }, around, tracer, form)
}

describe('every form of a walk', () => {
  it('does the same as the others: verdicts, deciding rules, marks, bytes, counters, sets', () => {
    const rulesets = fc.tuple(rulesOf(['a', 'b']), rulesOf(['b']), rulesOf([]))
    fc.assert(
      fc.property(rulesets, fc.array(packets, { minLength: 1, maxLength: 12 }), (rules, makers) => {
        const traced = walkOf(compileThree(rules, silent, 'closures'), makers)
        expect(walkOf(compileThree(rules, null, 'closures'), makers)).toEqual(traced)
        expect(walkOf(compileThree(rules, null, 'source'), makers)).toEqual(traced)
      }),
      { numRuns: 300 },
    )
  })
})

/** All that packets leave and show. */
function walkOf(rules: CompiledRuleset, makers: readonly (() => Packet)[]): unknown {
  const judged = makers.map((make) => {
    const packet = make()
    return [judge(rules, packet), packet.rule, packet.mark, packet.priority, packet.bytes]
  })
  const statements = rules.listing.statements().map(({ text }) => text)
  return { judged, statements, packets: rules.packets, bytes: rules.bytes, seen: [...rules.listing.elements(seen)] }
}
