import { describe, expect, test } from 'vitest'
import { canonical } from './canonical.ts'
import { type Aspect, compareResults, scorePackets, usualAspects } from './compare.ts'
import type { ConntrackEvent, Entry, HookState, Outcome, PacketRecord, Result } from './format.ts'

const pre: HookState = { hook: 'pre', state: 'new', status: [], dir: 'original', id: 1 }
const made: HookState = { ...pre, hook: 'out', state: 'related', dir: 'reply' }
const udp = { src: '10.0.0.9', dst: '10.0.0.1', proto: 17, sport: 5, dport: 53 }
const entry: Entry = { l3: 2, orig: udp, id: 1, status: ['confirmed'], timeout: 29 }
const forwarded = '4500001c12340000401100000a0000090a000002'
const answer = (id: string): string => `4500001c${id}0000400100000a0000010a000009`

const packet = (change: Partial<PacketRecord> = {}): PacketRecord => ({
  out: [['lan', forwarded]],
  ct: [pre],
  ...change,
})
const outcome = (change: Partial<Outcome> = {}): Outcome => ({
  packets: [packet()],
  local: ['10.0.0.1'],
  conntrack: [entry],
  expect: [],
  ruleset: [],
  ...change,
})
const withPacket = (change: Partial<PacketRecord>): Outcome => outcome({ packets: [packet(change)] })

describe('two results are equal', () => {
  const cases: readonly (readonly [string, Result, Result])[] = [
    ['when they are the same', outcome(), outcome()],
    ['whatever the order of keys', { ...outcome(), packets: [{ ct: [pre], out: [['lan', forwarded]] }] }, outcome()],
    [
      'when only the ids of packets differ that the box made',
      withPacket({ out: [['wan', answer('1111')]], ct: [pre, made] }),
      withPacket({ out: [['wan', answer('2222')]], ct: [pre, made] }),
    ],
    ['when timeouts lie 2 seconds apart', outcome(), outcome({ conntrack: [{ ...entry, timeout: 31 }] })],
    [
      'whatever the order of events of one packet, and their timeouts',
      withPacket({
        ev: [
          { ev: 'new', ...entry, timeout: 30 },
          { ev: 'exp-new', l3: 2, class: 1 },
        ],
      }),
      withPacket({
        ev: [
          { ev: 'exp-new', l3: 2, class: 1 },
          { ev: 'new', ...entry, timeout: 9 },
        ],
      }),
    ],
    [
      'whatever the order of entries and expectations',
      outcome({
        conntrack: [entry, { ...entry, id: 2 }],
        expect: [
          { l3: 2, class: 1 },
          { l3: 2, class: 0 },
        ],
      }),
      outcome({
        conntrack: [{ ...entry, id: 2 }, entry],
        expect: [
          { l3: 2, class: 0 },
          { l3: 2, class: 1 },
        ],
      }),
    ],
    ['whatever they were recorded with', outcome({ recorded: { kernel: '6.18', nft: '1.0.6' } }), outcome()],
    ['when both could not be loaded for the same reason', { error: 'no' }, { error: 'no' }],
    ['where nft could not list the ruleset', outcome({ ruleset: { error: 'aborted' } }), outcome()],
  ]
  test.each(cases)('%s', (_, a, b) => {
    expect(compareResults(a, b)).toBeNull()
    expect(compareResults(b, a)).toBeNull()
  })
})

describe('two results differ', () => {
  const cases: readonly (readonly [string, Result, Aspect | undefined, number | undefined])[] = [
    ['out', withPacket({ out: [] }), 'out', 0],
    ['out', withPacket({ out: [['wan', forwarded]] }), 'out', 0],
    ['out', withPacket({ out: [['lan', forwarded.replace('1234', '1235')]] }), 'out', 0],
    ['error', withPacket({ error: 'EPERM' }), 'out', 0],
    ['ct', withPacket({ ct: [{ ...pre, state: 'invalid' }] }), 'ct', 0],
    ['ct', withPacket({ ct: [] }), 'ct', 0],
    ['ct', withPacket({ ct: [{ ...pre, ctmark: 1 }] }), 'ct', 0],
    ['ev', withPacket({ ev: [{ ev: 'new', ...entry }] }), 'ev', 0],
    ['trace', withPacket({ trace: [{ table: 't', chain: 'c', what: 'rule', rule: 2 }] }), 'trace', 0],
    ['packets', outcome({ packets: [] }), undefined, undefined],
    ['conntrack', outcome({ conntrack: [] }), 'end', undefined],
    ['conntrack', outcome({ conntrack: [{ ...entry, status: [] }] }), 'end', undefined],
    [
      `timeout of ${canonical([udp, undefined])}`,
      outcome({ conntrack: [{ ...entry, timeout: 32 }] }),
      'end',
      undefined,
    ],
    ['expect', outcome({ expect: [{ l3: 2 }] }), 'end', undefined],
    ['ruleset', outcome({ ruleset: [{ counter: { packets: 1 } }] }), 'end', undefined],
    ['ruleset', outcome({ ruleset: [{ table: { family: 'ip', name: 'other' } }] }), 'end', undefined],
    ['iptables', outcome({ iptables: ['COMMIT'] }), 'end', undefined],
    ['noise', outcome({ noise: [['lan', forwarded]] }), 'end', undefined],
    ['late', outcome({ late: packet() }), 'end', undefined],
    ['error', { error: 'no' }, undefined, undefined],
  ]
  test.each(cases)('in %s: %#', (field, changed, aspect, index) => {
    for (const [a, b] of [
      [outcome(), changed],
      [changed, outcome()],
    ] as const) {
      const found = compareResults(a, b, aspect === undefined ? {} : { only: [...usualAspects, aspect] })
      expect(found?.field).toBe(field)
      expect(found?.packet).toBe(index)
      // Its own aspect alone shows it, and the others do not.
      if (aspect === undefined) continue
      const others = (['out', 'ct', 'ev', 'trace', 'end'] as const).filter((each) => each !== aspect)
      expect(compareResults(a, b, { only: [aspect] })?.field).toBe(field)
      expect(compareResults(a, b, { only: others })).toBeNull()
    }
  })

  test('the first packet that differs is named, with both values', () => {
    const a = outcome({ packets: [packet(), packet(), packet({ ct: [] })] })
    const b = outcome({ packets: [packet(), packet({ out: [] }), packet()] })
    expect(compareResults(a, b)).toEqual({ packet: 1, field: 'out', a: [['lan', forwarded]], b: [] })
  })

  test('of lists at the end only what one side has is shown', () => {
    const second = { l3: 2, orig: udp, id: 2 }
    expect(compareResults(outcome({ conntrack: [entry, second] }), outcome())).toEqual({
      field: 'conntrack',
      a: [second],
      b: [],
    })
  })

  test('two entries where there is one', () => {
    expect(compareResults(outcome({ conntrack: [entry, entry] }), outcome())?.field).toBe('conntrack')
  })

  test('timeouts, when no difference is tolerated', () => {
    const later = outcome({ conntrack: [{ ...entry, timeout: 30 }] })
    expect(compareResults(outcome(), later, { toleranceSeconds: 0 })).toMatchObject({ a: 29, b: 30 })
  })
})

describe('a score', () => {
  test('counts packets whose out, ct and both are right', () => {
    const kernel = outcome({ packets: [packet(), packet(), packet(), packet()] })
    const model = outcome({
      packets: [
        packet(),
        packet({ out: [] }),
        packet({ ct: [] }),
        packet({ out: [], ct: [], ev: [{ ev: 'overrun' }] }),
      ],
    })
    const score = scorePackets(model, kernel)
    expect(score).toMatchObject({ packets: 4, equalOut: 2, equalCt: 2, equalBoth: 1 })
    expect(score.differences.map(({ packet: index, field }) => [index, field])).toEqual([
      [1, 'out'],
      [2, 'ct'],
      [3, 'out'],
      [3, 'ct'],
    ])
  })

  test('counts a refused local send as a wrong out', () => {
    expect(scorePackets(outcome(), withPacket({ error: 'EPERM' }))).toMatchObject({ equalOut: 0, equalCt: 1 })
  })

  test('counts packets that the model left out as wrong, and tells of too many', () => {
    const two = outcome({ packets: [packet(), packet()] })
    expect(scorePackets(outcome(), two)).toMatchObject({ packets: 2, equalOut: 1, equalCt: 1, equalBoth: 1 })
    expect(scorePackets(two, outcome())).toMatchObject({ packets: 1, equalBoth: 1 })
    expect(scorePackets(two, outcome()).differences).toHaveLength(1)
  })

  test('counts every packet as wrong when the model could not load the scenario', () => {
    const score = scorePackets({ error: 'not supported' }, outcome())
    expect(score).toMatchObject({ packets: 1, equalBoth: 0, differences: [{ field: 'error', a: 'not supported' }] })
  })

  test('has no packets when the kernel refused the scenario', () => {
    expect(scorePackets({ error: 'no' }, { error: 'no' })).toEqual({
      packets: 0,
      equalOut: 0,
      equalCt: 0,
      equalBoth: 0,
      differences: [],
    })
    expect(scorePackets(outcome(), { error: 'no' }).differences).toHaveLength(1)
  })
})

test('in real time the ends of entries are not compared, all other events are', () => {
  const told = (...ev: readonly ConntrackEvent[]): Outcome => withPacket({ ev })
  const [begun, ended] = [{ ev: 'new', ...entry } as const, { ev: 'destroy', ...entry } as const]
  const options = { isInRealTime: true }
  expect(compareResults(told(begun, ended), told(begun), options)).toBeNull()
  expect(compareResults(told(begun, ended), told(begun))).toMatchObject({ field: 'ev' })
  expect(compareResults(told(begun), told(), options)).toMatchObject({ field: 'ev' })
})
