import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listEntry, Row } from '../../model/conntrack/index.ts'
import { buildIcmp, buildTcp, buildUdp, type UdpFields } from '../../model/packet/index.ts'
import type { Ruleset } from '../../model/rules/index.ts'
import { CaptureReader, FrameBlock, writePcap } from '../capture/index.ts'
import { EverydayPackets } from './everyday.ts'
import { betweenText, ethernet, masqueradingRuleset, replayBetween, statefulRuleset } from './replay.fixture.ts'

const lan = betweenText('lan=10.0.1.0/24,wan=any')
const ends = { from: '10.0.1.2', to: '10.0.2.2', fromPort: 4000, toPort: 53 }
const back = { from: ends.to, to: ends.from, fromPort: ends.toPort, toPort: ends.fromPort }
const udp = (fields: Partial<UdpFields>): Uint8Array => buildUdp({ ...ends, payload: 'some data', ...fields })
const question = udp({})

/** A right header sum that is zero: what network cards also get that fill it in. */
function withEmptyHeaderSum(): Uint8Array {
  for (let id = 0; id < 0x10000; id++) {
    const packet = udp({ id })
    if (packet[10] === 0 && packet[11] === 0) return packet
  }
  throw new Error('no identification gives a sum of zero')
}

/** Everyday packets and all that looks like one but for a detail, by name. */
const packets: Readonly<Record<string, Uint8Array>> = {
  question,
  answer: buildUdp({ ...back, payload: 'more' }),
  'another flow': udp({ fromPort: 4001 }),
  'an odd length': udp({ payload: 'odd' }),
  syn: buildTcp({ ...ends, toPort: 80, sequence: 9 }),
  'syn-ack': buildTcp({ ...back, fromPort: 80, flags: 'SA', sequence: 99, acknowledgment: 10 }),
  ack: buildTcp({ ...ends, toPort: 80, flags: 'A', sequence: 10, acknowledgment: 100 }),
  data: buildTcp({ ...ends, toPort: 80, flags: 'PA', sequence: 10, acknowledgment: 100, payload: 'x'.repeat(99) }),
  'from outside': buildUdp({ ...back, fromPort: 7, payload: 'attack' }),
  'without a checksum': udp({ checksum: 0 }),
  'with a wrong checksum': udp({ checksum: 7 }),
  'with an empty header sum': withEmptyHeaderSum(),
  'with its last hop': udp({ ttl: 1 }),
  'with options': udp({ options: Uint8Array.of(1, 1, 1, 1) }),
  'a first fragment': udp({ moreFragments: true }),
  'a later fragment': udp({ fragmentOffset: 8 }),
  'within a side': udp({ to: '10.0.1.9' }),
  'link-local': udp({ to: '169.254.1.1' }),
  multicast: udp({ to: '224.0.0.9' }),
  broadcast: udp({ to: '255.255.255.255' }),
  'to nobody': udp({ to: '0.0.0.1' }),
  'from the loopback': udp({ from: '127.0.0.1' }),
  'to the firewall': udp({ to: '192.88.99.1' }),
  'an error': buildIcmp({ from: ends.to, to: ends.from, type: 3, code: 3, payload: question }),
  IPv6: buildUdp({ ...ends, from: '2001:db8::1', to: '2001:db9::1' }),
  'a padded one': Uint8Array.from([...question, 0, 0, 0, 0]),
  'a cut one': question.subarray(0, question.length - 3),
  'a short one': question.subarray(0, 22),
}

interface Sent {
  readonly name: string
  readonly isCut: boolean
  readonly milliseconds: number
}

function captureOf(sent: readonly Sent[], linkType: number): Uint8Array {
  let time = 0
  const frames = sent.map(({ name, isCut, milliseconds }) => {
    const packet = packets[name] ?? question
    const bytes = linkType === 1 ? ethernet('client', 'lan', packet) : packet
    time = Math.max(0, time + milliseconds)
    return {
      bytes,
      timeSeconds: 1_700_000_000 + Math.floor(time / 1000),
      timeNanoseconds: (time % 1000) * 1_000_000,
      ...(isCut ? { originalLength: bytes.length + 9 } : {}),
    }
  })
  return writePcap(frames, { linkType })
}

function replayOf(ruleset: Ruleset, bytes: Uint8Array, isInBlocks: boolean): unknown {
  const replay = replayBetween(lan, ruleset, bytes, isInBlocks)
  const { conntrack } = replay
  return {
    summary: replay.summary([]),
    flows: [...replay.readFlows()],
    entries: [...conntrack.entries()].map((entry) => listEntry(conntrack, entry)),
  }
}

describe('a block of frames', () => {
  const sent = fc.record({
    name: fc.constantFrom(...Object.keys(packets)),
    isCut: fc.integer({ min: 0, max: 9 }).map((lot) => lot === 0),
    milliseconds: fc.oneof(fc.integer({ min: -5, max: 900 }), fc.constant(40_000)),
  })
  const everyday = fc.record({
    name: fc.constantFrom('question', 'answer', 'syn', 'syn-ack', 'ack', 'data'),
    isCut: fc.constant(false),
    milliseconds: fc.integer({ min: 0, max: 900 }),
  })
  const captures = fc.array(fc.oneof(sent, everyday), { maxLength: 60 })
  const rulesets = fc.constantFrom(
    () => statefulRuleset(),
    () => masqueradingRuleset(),
  )

  it('comes to what its frames come to one by one', () => {
    fc.assert(
      fc.property(captures, fc.constantFrom(1, 101), rulesets, (list, linkType, ruleset) => {
        const bytes = captureOf(list, linkType)
        expect(replayOf(ruleset(), bytes, true)).toEqual(replayOf(ruleset(), bytes, false))
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['question', true],
    ['data', true],
    ['without a checksum', true],
    ['a padded one', true],
    ['with a wrong checksum', false],
    ['with an empty header sum', false],
    ['with its last hop', false],
    ['with options', false],
    ['a first fragment', false],
    ['a later fragment', false],
    ['multicast', false],
    ['an error', false],
    ['IPv6', false],
    ['a cut one', false],
    ['a short one', false],
  ])('%s is everyday: %s', (name, isEveryday) => {
    const reader = new CaptureReader()
    const block = new FrameBlock()
    reader.push(captureOf([{ name, isCut: false, milliseconds: 0 }], 1))
    reader.nextBlock(block)
    const everyday = new EverydayPackets({ inputOf: () => 1 })
    everyday.find(block)
    expect(everyday.words[Row.input] !== 0).toBe(isEveryday)
  })
})
