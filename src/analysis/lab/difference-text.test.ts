import { expect, test } from 'vitest'
import { buildUdp } from '../../model/packet/index.ts'
import { differenceLines } from './difference-text.ts'
import type { Scenario } from './format.ts'

const hexOf = (to: string): string => {
  const bytes = buildUdp({ from: '192.168.1.10', to, fromPort: 4000, toPort: 53 })
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

const scenario: Scenario = { interfaces: {}, packets: [{ in: 'lan', hex: hexOf('10.0.0.5') }] }
const names = { a: 'model', b: 'kernel' }

test('packets are decoded, and the bytes shown where they part', () => {
  const [where, ...lines] = differenceLines(
    { packet: 0, field: 'out', a: [['wan', hexOf('10.0.0.6')]], b: [['wan', hexOf('10.0.0.7')]] },
    scenario,
    names,
  )
  expect(where).toBe('packet 0: out')
  expect(lines).toEqual([
    '  sent    lan: udp 192.168.1.10:4000 > 10.0.0.5:53 (28 bytes)',
    '  model   wan: udp 192.168.1.10:4000 > 10.0.0.6:53 (28 bytes)',
    '  kernel  wan: udp 192.168.1.10:4000 > 10.0.0.7:53 (28 bytes)',
    expect.stringMatching(/^ {2}first at byte 11: /),
  ])
})

test('of lists of one length only the places that differ are shown', () => {
  const same = { hook: 'pre', state: 'new' }
  const lines = differenceLines(
    { packet: 0, field: 'ct', a: [same, { hook: 'fwd', state: 'new' }], b: [same, { hook: 'fwd', state: 'related' }] },
    scenario,
    names,
  )
  expect(lines.slice(2)).toEqual([
    '  model   {"hook":"fwd","state":"new"}',
    '  kernel  {"hook":"fwd","state":"related"}',
  ])
})

test('what one side has not at all is nothing', () => {
  expect(differenceLines({ field: 'expect', a: [], b: [{ l3: 2 }] }, scenario, names)).toEqual([
    'at the end: expect',
    '  model   nothing',
    '  kernel  {"l3":2}',
  ])
})
