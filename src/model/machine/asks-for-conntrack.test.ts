import { expect, test } from 'vitest'
import { asksForConntrack } from './asks-for-conntrack.ts'
import {
  chain,
  compare,
  concatenation,
  counter,
  ct,
  field,
  keyField,
  lookup,
  meta,
  ruleset,
  set,
  table,
} from './rules.fixture.ts'

test.each([
  ['a rule about ports', [compare(field['tcp dport'], '==', 22)], false],
  ['a counter', [counter], false],
  ['a rule about ct state', [compare(ct('state'), '==', 8)], true],
  [
    'ct inside a concatenation',
    [lookup(concatenation(meta('mark'), ct('mark')), set([keyField('mark', 32), keyField('mark', 32)], []))],
    true,
  ],
])('%s asks for conntrack: %s', (_, statements, asks) => {
  expect(asksForConntrack(ruleset([statements]))).toEqual({ 4: asks, 6: asks })
})

test('a table of one family asks for that family only, a dormant one for none', () => {
  const rules = [chain('c', [[compare(ct('state'), '==', 8)]], 1)]
  expect(asksForConntrack({ tables: [table(rules, { family: 'ip' })] })).toEqual({ 4: true, 6: false })
  expect(asksForConntrack({ tables: [{ ...table(rules), isDormant: true }] })).toEqual({ 4: false, 6: false })
})
