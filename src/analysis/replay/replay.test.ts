import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildIcmp, buildTcp, buildUdp } from '../../model/packet/index.ts'
import { writePcap } from '../capture/index.ts'
import { isWanted, parseFilter } from './filter.ts'
import type { Judgment } from './judgment.ts'
import {
  betweenText,
  captureOf,
  ethernet,
  masqueradingRuleset,
  onHost,
  replayAll,
  router,
  statefulRuleset,
} from './replay.fixture.ts'

const client = '10.0.1.2'
const server = '10.0.2.2'
const lan = betweenText('lan=10.0.1.0/24,wan=any')

const question = buildUdp({ from: client, to: server, fromPort: 4000, toPort: 53, payload: 'who?', id: 5 })
const answer = buildUdp({ from: server, to: client, fromPort: 53, toPort: 4000, payload: 'me' })
const unreachable = buildIcmp({ from: server, to: client, type: 3, code: 3, payload: question })
const attack = buildTcp({ from: server, to: client, fromPort: 6000, toPort: 22, sequence: 1 })
const attackAck = buildTcp({
  from: client,
  to: server,
  fromPort: 22,
  toPort: 6000,
  flags: 'SA',
  sequence: 9,
  acknowledgment: 2,
})

const raw = (...packets: readonly Uint8Array[]): Uint8Array => captureOf(packets, 101)

const line = (judgment: Judgment): string =>
  [
    judgment.state,
    judgment.direction,
    judgment.entry,
    judgment.hook,
    judgment.verdict,
    judgment.rule?.line ?? judgment.policy?.chain,
  ].join(' ')

describe('times', () => {
  it('are in seconds to the nanosecond, without what dividing leaves behind', () => {
    const frames = [379_414_034, 379_442_847, 999_999_999].map((timeNanoseconds) => ({
      bytes: question,
      timeSeconds: 1_795_352_379,
      timeNanoseconds,
    }))
    const capture = writePcap(frames, { linkType: 101, nanoseconds: true })
    const { judgments } = replayAll(capture, lan, statefulRuleset())
    expect(judgments.map(({ time }) => time)).toEqual([0, 0.000028813, 0.620585965])
  })
})

describe('judgments of a firewall put between', () => {
  it('name state, direction, entry, hook, verdict and rule', () => {
    const { judgments } = replayAll(raw(question, answer, unreachable, attack), lan, statefulRuleset())
    expect(judgments.map(line)).toEqual([
      'new original 1 forward accept 9',
      'established reply 1 forward accept 7',
      'related reply 1 forward accept 7',
      'new original  forward drop forward',
    ])
  })

  it('say why: the quoted packet of an error, by number', () => {
    const { judgments } = replayAll(raw(question, answer, question, unreachable), lan, statefulRuleset())
    expect(judgments.map(({ because }) => because)).toEqual([
      { kind: 'new' },
      { kind: 'established' },
      { kind: 'established' },
      { kind: 'icmp-error', icmp: '3/3', about: { entry: 1, packet: 3 } },
    ])
  })

  it('fall back to the last packet of the direction where the quoted one was never seen', () => {
    const cut = unreachable.slice(0, 28 + 24)
    const other = buildUdp({ from: client, to: server, fromPort: 4000, toPort: 53, payload: 'other', id: 77 })
    const about = buildIcmp({ from: server, to: client, type: 3, code: 3, payload: other })
    expect(cut.length).toBe(52)
    const { judgments } = replayAll(raw(question, about), lan, statefulRuleset())
    expect(judgments[1]?.because).toEqual({ kind: 'icmp-error', icmp: '3/3', about: { entry: 1, packet: 1 } })
  })

  it('give INVALID packets a code and words, malformed ones too', () => {
    const broken = question.slice()
    broken[10] = 1
    const bad = buildUdp({ from: client, to: server, fromPort: 1, toPort: 2, payload: 'x', checksum: 0x1234 })
    const { judgments } = replayAll(raw(broken, bad, Uint8Array.of(0x45, 0, 0, 9)), lan, statefulRuleset())
    expect(
      judgments.map(({ state, verdict, because }) => [state, verdict, because.kind === 'invalid' ? because.code : '']),
    ).toEqual([
      ['invalid', 'drop', 'ip-header-checksum'],
      ['invalid', 'drop', 'checksum'],
      ['invalid', 'drop', 'ip-truncated-header'],
    ])
  })

  it('believe checksums that were left to the network card', () => {
    // The folded sum of the pseudo header alone, as Linux leaves it there.
    const sum = 0x0a00 + 0x0102 + 0x0a00 + 0x0202 + 17 + 9
    const offloaded = buildUdp({ from: client, to: server, fromPort: 1, toPort: 2, payload: 'x', checksum: sum })
    const { judgments, replay } = replayAll(raw(offloaded), lan, statefulRuleset())
    expect(judgments[0]?.state).toBe('new')
    expect(replay.summary([]).trust.partial).toBe(1)
  })

  it('skip what stays on one side', () => {
    const { replay } = replayAll(
      raw(buildUdp({ from: client, to: '10.0.1.9', fromPort: 1, toPort: 2 }), question),
      lan,
      statefulRuleset(),
    )
    const { packets, skipped } = replay.summary([])
    expect([packets, skipped.map(({ reason, count }) => `${reason} ${count}`)]).toEqual([1, ['same-side 1']])
  })

  it('leave a hop to packets that were captured with their last one', () => {
    const last = buildUdp({ from: client, to: server, fromPort: 1, toPort: 33434, ttl: 1 })
    expect(replayAll(raw(last), lan, statefulRuleset()).judgments[0]?.verdict).toBe('accept')
  })
})

describe('flows', () => {
  it('mark those whose opening was refused', () => {
    const { replay } = replayAll(raw(attack, attackAck, question, answer), lan, statefulRuleset())
    const flows = [...replay.readFlows()].map(({ isOpeningDropped, packets, entry, openingRule }) => ({
      isOpeningDropped,
      packets,
      entry,
      by: replay.rules.rule(openingRule)?.line ?? replay.rules.policy(openingRule)?.chain,
    }))
    expect(flows).toEqual([
      { isOpeningDropped: true, packets: { forth: 1, back: 1, related: 0, refused: 2 }, entry: 0, by: 'forward' },
      { isOpeningDropped: false, packets: { forth: 1, back: 1, related: 0, refused: 0 }, entry: 1, by: 9 },
    ])
  })

  it('count errors apart from packets', () => {
    const { replay } = replayAll(raw(question, unreachable, unreachable), lan, statefulRuleset())
    expect([...replay.readFlows()].map(({ packets }) => packets)).toEqual([
      { forth: 1, back: 0, related: 2, refused: 0 },
    ])
  })
})

describe('a replay on the box', () => {
  const frames = [
    ethernet('client', 'lan', question),
    ethernet(
      'wan',
      'server',
      buildUdp({ from: client, to: server, fromPort: 4000, toPort: 53, payload: 'who?', id: 5, ttl: 63 }),
    ),
    ethernet('client', 'lan', buildTcp({ from: client, to: '10.0.1.1', fromPort: 5000, toPort: 80, sequence: 7 })),
    // The reset of the closed port: the model makes it as well.
    ethernet(
      'lan',
      'client',
      buildTcp({ from: '10.0.1.1', to: client, fromPort: 80, toPort: 5000, flags: 'RA', acknowledgment: 8 }),
    ),
    ethernet('lan', 'client', buildUdp({ from: '10.0.1.1', to: client, fromPort: 9, toPort: 9 })),
  ]

  it('judges what came in and what programs sent; the rest are results', () => {
    const { judgments, replay } = replayAll(captureOf(frames), onHost(router), statefulRuleset())
    expect(judgments.map((one) => `${one.in} > ${one.out} ${line(one)}`)).toEqual([
      'lan > wan new original 1 forward accept 9',
      'lan > null new original 2 input accept 4',
      'null > lan new original  output drop output',
    ])
    expect(replay.summary([]).comparison).toEqual({ agreed: 1, refused: 0, unexplained: 0, made: 1 })
  })
})

describe('a replay on a box that masquerades', () => {
  const own = '10.0.2.1'
  const to = { from: own, to: server, fromPort: 4000, toPort: 53 }
  const back = { from: server, fromPort: 53, toPort: 4000, payload: 'me', id: 6 }
  const frames = [
    ethernet('client', 'lan', question),
    ethernet('wan', 'server', buildUdp({ ...to, payload: 'who?', id: 5, ttl: 63 })),
    ethernet('server', 'wan', buildUdp({ ...back, to: own })),
    ethernet('lan', 'client', buildUdp({ ...back, to: client, ttl: 63 })),
  ]
  const { judgments, replay } = replayAll(captureOf(frames), onHost(router), masqueradingRuleset())

  it('takes the translated copies for what they are, not for packets of the box', () => {
    expect(judgments.map((one) => `${one.in} > ${one.out} ${line(one)}`)).toEqual([
      'lan > wan new original 1 forward accept 9',
      'wan > lan established reply 1 forward accept 7',
    ])
    expect(replay.summary([]).comparison).toEqual({ agreed: 1, refused: 0, unexplained: 0, made: 1 })
  })

  it('keeps one flow, with the ends that the client sees', () => {
    const flows = [...replay.readFlows()]
    expect(flows.map(({ source, destination, packets }) => [source, destination, packets.forth, packets.back])).toEqual(
      [[client, server, 1, 1]],
    )
  })
})

describe('a summary', () => {
  it('has the counters of rules in their text, as nft lists them', () => {
    const { replay } = replayAll(raw(question, answer), lan, statefulRuleset())
    const { rules, states, verdicts } = replay.summary([])
    expect(rules[2]).toMatchObject({
      text: `ct state established,related counter packets 1 bytes ${answer.length} accept`,
      packets: 1,
    })
    expect([states.new, states.established, verdicts.accept]).toEqual([1, 1, 2])
  })
})

describe('filters', () => {
  const { judgments } = replayAll(raw(question, answer, unreachable, attack), lan, statefulRuleset())
  const cases: readonly (readonly [Parameters<typeof parseFilter>[0], readonly number[]])[] = [
    [{ state: ['related'] }, [3]],
    [{ state: ['new,established'] }, [1, 2, 4]],
    [{ verdict: ['drop'] }, [4]],
    [{ rule: ['fw.nft:7'] }, [2, 3]],
    [{ flow: ['1'] }, [1, 2, 3]],
    [{ flow: ['10.0.1.2:22'] }, [4]],
    [{ flow: ['10.0.1.2:2'] }, []],
    [{ state: ['related'], verdict: ['drop'] }, []],
  ]
  it.each(cases)('%j', (texts, expected) => {
    const filter = parseFilter(texts)
    if (typeof filter === 'string') throw new Error(filter)
    expect(judgments.filter((judgment) => isWanted(filter, judgment)).map(({ n }) => n)).toEqual(expected)
  })

  it('name what they did not understand', () => {
    expect(parseFilter({ state: ['relatd'] })).toContain('found "relatd"')
    expect(parseFilter({ rule: ['12'] })).toBe('--rule: expected FILE:LINE, found "12"')
  })
})

describe('any bytes', () => {
  const whole = captureOf([
    ...[question, answer, unreachable, attack, attackAck].map((packet) => ethernet('client', 'lan', packet)),
  ])
  it('replay without a crash, every packet with a judgment', () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 12 }),
        fc.nat(whole.length),
        fc.boolean(),
        (changes, length, isOnHost) => {
          const bytes = whole.slice(0, length)
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
          const { replay, judgments } = replayAll(bytes, isOnHost ? onHost(router) : lan, statefulRuleset())
          expect(judgments.length).toBe(replay.packets)
        },
      ),
      { numRuns: 300 },
    )
  })
})
