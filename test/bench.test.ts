/** The parts of bench/ that decide: what is slower, what is met, and captures that are what they claim to be. No clock here. */

import { describe, expect, test } from 'vitest'
import { writeRecords } from '../bench/captures/capture-file.ts'
import { fiveRules } from '../bench/captures/five-rules.ts'
import { mixRuleset, mixSides, TcpMix } from '../bench/captures/tcp-mix.ts'
import { UdpFlows } from '../bench/captures/udp-flows.ts'
import { ratioOf } from '../bench/guard/ratio.ts'
import { lossOf, middleOf, yardstickFor } from '../bench/guard/recorded.ts'
import { isWithin, judge, nanosecondsOf } from '../bench/harness/judged.ts'
import { createReplay, Feeder } from '../bench/harness/replay-run.ts'

describe('the guard', () => {
  const recorded = { here: { replay: 20 }, there: { replay: 30 } }

  test('a packet that costs a quarter more is a fifth of the speed lost', () => {
    expect(lossOf(20, 25)).toBeCloseTo(0.2)
    expect(lossOf(20, 16)).toBeLessThan(0)
  })

  test('this machine is held against its own ratios, another one against the first with more room', () => {
    expect(yardstickFor(recorded, 'there')).toEqual({ ratios: { replay: 30 }, mostLoss: 0.2, machine: 'there' })
    expect(yardstickFor(recorded, 'elsewhere')).toEqual({ ratios: { replay: 20 }, mostLoss: 0.5, machine: 'here' })
    expect(yardstickFor({}, 'here')).toBeUndefined()
  })

  test('rounds that others made slow do not count', () => {
    const quiet = { work: Array(20).fill(100), near: Array(20).fill(9), far: Array(20).fill(50) }
    const disturbed = { ...quiet, work: [...Array(5).fill(100), ...Array(15).fill(300)] }
    expect(ratioOf(quiet)).toBeCloseTo(10)
    expect(ratioOf(disturbed)).toBe(ratioOf(quiet))
  })

  test('what is recorded is the middle one', () => expect(middleOf([5, 1, 9, 2, 3])).toBe(3))
})

describe('figures', () => {
  test.each([
    [2, { least: 2 }, true],
    [1.9, { least: 2 }, false],
    [160, { most: 160 }, true],
    [161, { most: 160 }, false],
  ])('%d against %j: %s', (value, target, expected) => expect(isWithin(value, target)).toBe(expected))

  test.each([
    ['million packets/s', 2, 500],
    ['packets/s', 1000, 1e6],
    ['ms', 80, 8e7],
    ['ns a packet', 12, 12],
    ['bytes', 160, null],
  ])('%s: nanoseconds of %d', (unit, value, expected) =>
    expect(nanosecondsOf({ name: 'x', value, unit })).toBe(expected),
  )

  test('a figure that is missing is told, not passed over', () => {
    const workload = { name: 'w', title: '', targets: { rate: { least: 5 }, kernel: { least: 20 } } }
    const figures = [{ name: 'kernel', value: null, unit: 'times', note: 'needs root' }]
    expect(
      judge(workload, { figures, reference: { before: 1, after: 1 } }).map(({ name, isMet, note }) => [
        name,
        isMet,
        note,
      ]),
    ).toEqual([
      ['kernel', null, 'needs root'],
      ['rate', null, 'the bench does not tell it'],
    ])
  })
})

test('one target holds for the figures of all shapes', () => {
  const workload = { name: 'sets', title: '', targets: { 'lookup, found': { most: 300 } } }
  const figures = ['ipv4: lookup, found', 'ipv6: lookup, found', 'ipv6: lookup'].map((name) => ({
    name,
    value: 301,
    unit: 'ns',
  }))
  expect(
    judge(workload, { figures, reference: { before: 100, after: 100 } }).map(({ isMet, ratio }) => [isMet, ratio]),
  ).toEqual([
    [false, 3.01],
    [false, 3.01],
    [null, 3.01],
  ])
})

describe('captures', () => {
  test('UDP flows: each asks once and is answered', () => {
    const feeder = new Feeder(createReplay(fiveRules))
    feeder.feed(writeRecords(new UdpFlows(500), 2000))
    const { states, verdicts, entries, trust } = feeder.replay.summary([])
    expect({ new: states.new, established: states.established, accept: verdicts.accept, entries }).toEqual({
      new: 500,
      established: 1500,
      accept: 2000,
      entries: 500,
    })
    expect(trust.partial).toBe(0)
  })

  test('TCP mix: nothing is invalid or refused, data connections of FTP are related', () => {
    const feeder = new Feeder(createReplay(mixRuleset, mixSides))
    feeder.feed(writeRecords(new TcpMix(), 120_000))
    const { states, verdicts, skipped } = feeder.replay.summary([])
    expect(states.invalid).toBe(0)
    expect(states.related).toBeGreaterThan(20)
    expect(states.new).toBeGreaterThan(5000)
    expect([verdicts.accept, skipped]).toEqual([120_000, []])
  })
})
