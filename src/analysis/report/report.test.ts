import { describe, expect, it } from 'vitest'
import { grouped, plural } from '../../languages/diagnostics/index.ts'
import type { Because, FlowRow, Judgment, Summary } from '../replay/index.ts'
import { RuleIndex } from '../replay/index.ts'
import { columns, sizeText } from './columns.ts'
import { byTrouble, flowWords, outcomeText } from './flow-text.ts'
import { flowJson, judgmentJson, summaryJson } from './json.ts'
import { becauseText, printJudgment } from './packet-text.ts'
import { plain, type Style } from './style.ts'
import { printSummary } from './summary-text.ts'

const source = { file: 'fw.nft', line: 12, column: 1, offset: 0, length: 0 }
const rules = new RuleIndex({
  tables: [
    {
      family: 'inet',
      name: 'filter',
      handle: 1,
      isDormant: false,
      sets: [],
      objects: [],
      source,
      chains: [
        {
          name: 'forward',
          handle: 1,
          source,
          base: { id: 3, type: 'filter', hook: 2, priority: 0, policy: 'drop' },
          rules: [
            { id: 1, handle: 1, statements: [], text: 'ct state established,related accept', source, comment: null },
            {
              id: 2,
              handle: 2,
              statements: [{ kind: 'reject', type: 'icmpx', code: 1, text: 'reject', source }],
              text: 'reject',
              source: { ...source, line: 13 },
              comment: null,
            },
          ],
        },
      ],
    },
  ],
})

const judgment: Judgment = {
  n: 17,
  capture: 'office.pcap',
  frame: 19,
  time: 0.0341,
  in: 'wan',
  out: 'lan',
  hook: 'forward',
  state: 'related',
  direction: 'reply',
  entry: 4,
  verdict: 'accept',
  rule: rules.rule(1),
  policy: null,
  fate: null,
  because: { kind: 'icmp-error', icmp: '3/3', about: { entry: 4, packet: 12 } },
  packet: 'icmp 10.0.2.2 > 10.0.1.2 destination-unreachable/port-unreachable',
}

const flow: FlowRow = {
  row: 1,
  family: 4,
  protocol: 17,
  source: '10.0.1.2',
  destination: '10.0.2.2',
  sourcePort: 1000,
  destinationPort: 53,
  entry: 1,
  packets: { forth: 2, back: 1, related: 1, refused: 0 },
  bytes: { forth: 80, back: 40 },
  states: 2 | 8,
  openingRule: 1,
  refusingRule: 0,
  isOpeningDropped: false,
  isOpenedLater: false,
  isExpected: false,
  hasPassed: true,
  firstNumber: 1,
  firstTime: 0,
  lastTime: 1500,
}

describe('a judged packet', () => {
  it('is three lines: what, state and why, decision', () => {
    expect(
      printJudgment(judgment, plain),
    ).toBe(`#17 0.034s  wan → lan  icmp 10.0.2.2 > 10.0.1.2 destination-unreachable/port-unreachable
    RELATED (reply)   an ICMP error that quotes packet #12 of entry 4
    forward  inet filter forward  fw.nft:12  ct state established,related accept   → accept
`)
  })

  it('names the policy, or the host, where no rule decided', () => {
    const byPolicy = { ...judgment, rule: null, policy: rules.policy(-3), verdict: 'drop' as const }
    expect(printJudgment(byPolicy, plain)).toContain('    forward  inet filter forward  policy drop   → drop')
    const byHost = {
      ...judgment,
      rule: null,
      fate: { code: 'no-route', text: 'no route leads to its destination' },
      verdict: 'drop' as const,
    }
    expect(printJudgment(byHost, plain)).toContain('    forward  no route leads to its destination   → drop')
  })

  it('says that a malformed packet came to no hook, and which entry an established one belongs to', () => {
    const because = { kind: 'invalid', code: 'ip-truncated', text: 'too short' } as const
    const malformed = { ...judgment, hook: null, rule: null, verdict: 'drop' as const, because }
    expect(printJudgment(malformed, plain)).toContain('\n    before any hook   → drop')
    const chainless = { ...judgment, rule: null }
    expect(printJudgment(chainless, plain)).toContain('\n    forward  no chain on this hook   → accept')
    const established = { ...judgment, because: { kind: 'established' } as const }
    expect(printJudgment(established, plain)).toContain('it belongs to entry 4, which has been answered')
  })

  it.each([
    ['input', null, 'lan', 'accept', 'lan → this host'],
    ['output', 'wan', null, 'accept', 'this host → wan'],
    ['forward', null, 'lan', 'drop', 'lan → ·'],
  ] as const)('on %s says where it went', (hook, out, input, verdict, way) => {
    expect(printJudgment({ ...judgment, hook, out, in: input, verdict }, plain)).toContain(`s  ${way}  icmp`)
  })

  const reasons: readonly (readonly [Because, string])[] = [
    [
      { kind: 'expectation', helper: 'ftp', master: 3, packet: 9, announcement: '10,0,0,5,19,137' },
      'helper ftp expected it for entry 3, made by packet #9: "10,0,0,5,19,137"',
    ],
    [
      { kind: 'icmp-error', icmp: '11/0', about: { entry: 0, packet: 0 } },
      'an ICMP error that quotes a packet of an entry that was never confirmed',
    ],
    [
      { kind: 'invalid', code: 'checksum', text: 'the transport checksum is wrong' },
      'the transport checksum is wrong [checksum]',
    ],
  ]
  it.each(reasons)('%j is said in words', (because, text) => {
    expect(becauseText(because)).toBe(text)
  })

  it('is one line of JSON with these keys', () => {
    const json: Record<string, unknown> = JSON.parse(judgmentJson(judgment))
    expect(Object.keys(json)).toEqual(
      'type n capture frame time in out hook state direction entry verdict rule because packet'.split(' '),
    )
    expect(json['rule']).toEqual({
      file: 'fw.nft',
      line: 12,
      table: 'inet filter',
      chain: 'forward',
      text: 'ct state established,related accept',
    })
  })

  it('has its verdict set off by the style that is given', () => {
    const marked: Style = { ...plain, bad: (text) => `<${text}>` }
    expect(printJudgment({ ...judgment, verdict: 'drop' }, marked)).toContain('→ <drop>')
  })
})

describe('a flow', () => {
  const refused = {
    ...flow,
    entry: 0,
    hasPassed: false,
    isOpeningDropped: true,
    packets: { forth: 3, back: 2, related: 0, refused: 3 },
  }
  it.each<readonly [string, FlowRow, string]>([
    ['that passed', flow, 'accepted'],
    [
      'with a refused packet',
      { ...flow, packets: { ...flow.packets, refused: 1 }, refusingRule: -3 },
      'accepted, but 1 packet dropped by the policy of inet filter forward',
    ],
    [
      'refused at its opening',
      { ...refused, openingRule: 2 },
      'opening rejected by fw.nft:13; what follows in the capture would not have happened',
    ],
    [
      'that got through later',
      { ...refused, openingRule: -3, isOpenedLater: true, hasPassed: true },
      'opening dropped by the policy of inet filter forward; what follows in the capture would not have happened; a later packet of it passed as if it opened the flow',
    ],
    [
      'of a single refused packet',
      { ...refused, openingRule: 1, packets: { forth: 1, back: 0, related: 0, refused: 1 } },
      'opening dropped by fw.nft:12',
    ],
  ])('%s', (_name, row, text) => {
    expect(outcomeText(row, rules)).toBe(text)
  })

  it('has words', () => {
    expect(flowWords(flow)).toBe('udp 10.0.1.2:1000 > 10.0.2.2:53')
    expect(flowWords({ ...flow, protocol: 1, sourcePort: 7, destinationPort: null })).toBe(
      'icmp 10.0.1.2 > 10.0.2.2 id 7',
    )
    expect(flowWords({ ...flow, family: 6, source: '2001:db8::1', destination: '2001:db8::2' })).toBe(
      'udp [2001:db8::1]:1000 > [2001:db8::2]:53',
    )
  })

  it('in trouble comes first', () => {
    const large = { ...flow, row: 2, packets: { ...flow.packets, forth: 100 } }
    expect([flow, large, refused].sort(byTrouble).map(({ row, entry }) => [row, entry])).toEqual([
      [1, 0],
      [2, 1],
      [1, 1],
    ])
  })

  it('is JSON', () => {
    expect(JSON.parse(flowJson(flow, rules))).toMatchObject({
      type: 'flow',
      entry: 1,
      states: ['established', 'new'],
      outcome: 'accepted',
      to: 1.5,
    })
  })
})

const summary: Summary = {
  packets: 3,
  frames: 9,
  states: { new: 1, established: 1, related: 1, invalid: 0, untracked: 0 },
  verdicts: { accept: 3, drop: 0, reject: 0, held: 0 },
  invalid: [],
  fates: [],
  rules: [
    {
      ...rules.rules[0],
      id: 1,
      file: 'fw.nft',
      line: 12,
      table: 'inet filter',
      chain: 'forward',
      isReject: false,
      text: 'counter packets 2 bytes 80 accept',
      packets: 2,
      bytes: 80,
    },
  ],
  entries: 1,
  expectations: 0,
  flows: 1,
  refusedFlows: 0,
  skipped: [{ reason: 'arp', text: 'ARP', count: 2 }],
  results: 4,
  made: 0,
  comparison: { agreed: 2, refused: 2, unexplained: 0, made: 0 },
  assumptions: ['the capture was taken on the box'],
  trust: { cut: 1, partial: 0, oneSided: 0, addresses: [] },
  clock: { start: 0, seconds: 1.5, backwards: 1 },
  captures: [
    {
      name: 'a.pcap',
      format: 'pcap',
      frames: 9,
      cutFrames: 1,
      problems: [
        { code: 'truncated-record', effect: 'fatal', message: 'expected 60 bytes, found 9', byteOffset: 24, count: 1 },
      ],
    },
  ],
}

describe('a summary', () => {
  const text = printSummary(
    summary,
    { flows: [flow], rules, command: 'kinwall replay -r fw.nft a.pcap', hints: [] },
    plain,
  )
  it.each([
    'a.pcap: 9 frames over 1.5 s; 3 packets judged; 4 frames show what the box made of them; 2 skipped',
    'the capture was taken on the box',
    '1 frame cut by the snap length',
    '1 frame earlier than the one before',
    'new 1   established 1   related 1',
    '2  fw.nft:12  counter packets 2 bytes 80 accept',
    'udp 10.0.1.2:1000 > 10.0.2.2:53',
    'a.pcap: at byte 24: expected 60 bytes, found 9 [truncated-record]; nothing after it was read',
    'the box sent on 2 packets that this ruleset refuses',
    'kinwall replay -r fw.nft a.pcap --packets --state related  what was RELATED, and to what',
  ])('says: %s', (part) => {
    expect(text).toContain(part)
  })

  it('is one line of JSON', () => {
    expect(JSON.parse(summaryJson(summary, ['a hint'])).hints).toEqual(['a hint'])
    expect(JSON.parse(summaryJson(summary))).toMatchObject({
      type: 'summary',
      packets: 3,
      entries: 1,
      skipped: [{ reason: 'arp', count: 2 }],
    })
  })
})

describe('layout', () => {
  it('groups, counts and aligns', () => {
    expect([
      grouped(1234567),
      plural(1, 'packet'),
      plural(2000, 'entry', 'entries'),
      sizeText(999),
      sizeText(1500),
    ]).toEqual(['1,234,567', '1 packet', '2,000 entries', '999 B', '1.5 kB'])
    expect(
      columns(
        [
          ['a', '10', 'x'],
          ['bbb', '5', 'yy'],
        ],
        [1],
      ),
    ).toEqual(['a    10  x', 'bbb   5  yy'])
  })
})
