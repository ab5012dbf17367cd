import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listEntry } from '../../model/conntrack/index.ts'
import { Engine } from '../../model/engine/index.ts'
import {
  counted,
  filled,
  longChains,
  settledOf,
  shortChains,
} from '../../model/machine/classify/random-chains.fixture.ts'
import {
  address,
  addressField,
  chain,
  compare,
  constant,
  counter,
  ct,
  element,
  field,
  lookup,
  masked,
  nat,
  set,
  table,
  verdict,
  written,
} from '../../model/machine/rules.fixture.ts'
import { buildTcp, buildUdp, Hook } from '../../model/packet/index.ts'
import type { BaseChain, RuleObject, Ruleset, Statement } from '../../model/rules/index.ts'
import { writePcap } from '../capture/index.ts'
import { betweenText, replayBetween } from './replay.fixture.ts'
import { stateBits } from './state-bits.ts'

const box = '203.0.113.9'
const sides = betweenText(`lan=192.168.1.0/25+${box}/32,wan=any`)
const isNew = compare(masked(ct('state'), 8), '!=', 0)
const accept = verdict('accept')

// ---- packets: a few flows from the lan to the wan, whose ends are those that random rules ask about

interface Sent {
  readonly flow: { readonly from: number; readonly to: number; readonly fromPort: number; readonly toPort: number }
  readonly kind: string
  readonly milliseconds: number
}

const segments: Readonly<
  Record<string, { readonly flags: string; readonly isBack: boolean; readonly payload?: string }>
> = {
  syn: { flags: 'S', isBack: false },
  'syn-ack': { flags: 'SA', isBack: true },
  ack: { flags: 'A', isBack: false },
  data: { flags: 'PA', isBack: false, payload: 'x'.repeat(50) },
  answer: { flags: 'PA', isBack: true, payload: 'y'.repeat(70) },
  fin: { flags: 'FA', isBack: false },
  'fin back': { flags: 'FA', isBack: true },
  reset: { flags: 'R', isBack: true },
}
const opening = ['syn', 'syn-ack', 'ack', 'syn', 'syn-ack']
const kinds = [
  ...Object.keys(segments),
  ...opening,
  'long',
  ...['question', 'reply', 'data', 'answer', 'ack'].flatMap((kind) => [kind, kind, kind]),
]

function bytesOf({ flow, kind }: Sent, isTranslated: boolean): Uint8Array {
  const segment = segments[kind]
  const isBack = segment?.isBack ?? kind === 'reply'
  const near = `192.168.1.${flow.from}`
  const far = `192.168.1.${flow.to}`
  const ends = isBack
    ? { from: far, to: isTranslated ? box : near, fromPort: flow.toPort, toPort: flow.fromPort }
    : { from: near, to: far, fromPort: flow.fromPort, toPort: flow.toPort }
  if (!segment) return buildUdp({ ...ends, payload: kind === 'long' ? 'z'.repeat(1490) : kind })
  const numbers = isBack ? { sequence: 99, acknowledgment: 10 } : { sequence: 10, acknowledgment: 100 }
  return buildTcp({
    ...ends,
    ...numbers,
    ...(kind === 'syn' ? { sequence: 9, acknowledgment: 0 } : kind === 'answer' ? { sequence: 100 } : {}),
    flags: segment.flags,
    payload: segment.payload ?? '',
  })
}

const sent: fc.Arbitrary<Sent> = fc.record({
  flow: fc.record({
    from: fc.constantFrom(10, 20),
    to: fc.constant(254),
    fromPort: fc.constant(9),
    toPort: fc.constantFrom(10, 20),
  }),
  kind: fc.constantFrom(...kinds),
  milliseconds: fc.oneof(
    { arbitrary: fc.integer({ min: 0, max: 900 }), weight: 30 },
    fc.constant(40_000),
    fc.integer({ min: -5, max: 0 }),
  ),
})

function captureOf(list: readonly Sent[], isTranslated: boolean): Uint8Array {
  let time = 0
  const frames = list.map((one) => {
    time = Math.max(0, time + one.milliseconds)
    return {
      bytes: bytesOf(one, isTranslated),
      timeSeconds: 1_700_000_000 + Math.floor(time / 1000),
      timeNanoseconds: (time % 1000) * 1_000_000,
    }
  })
  return writePcap(frames, { linkType: 101 })
}

// ---- rules: what is settled for a direction of a connection, and what is not

const base = (id: number, hook: BaseChain['hook'], priority: number): BaseChain => ({
  id,
  type: 'filter',
  hook,
  priority,
  policy: 'accept',
})

const translation = nat({ type: 'snat', family: 4, values: [constant(32, ...address(box))], minimumAddress: 0 })

const total: RuleObject & { readonly kind: 'counter' } = {
  kind: 'counter',
  name: 'total',
  handle: 1,
  packets: 0,
  bytes: 0,
  comment: null,
  source: translation.source,
}
const ftp: RuleObject = {
  kind: 'ct helper',
  name: 'ftp',
  handle: 2,
  helper: 'ftp',
  protocol: 6,
  family: null,
  comment: null,
  source: translation.source,
}
const named = set([addressField], [element(address('192.168.1.10'))], { name: 'named' })
const special: fc.Arbitrary<Statement[]> = fc.constantFrom<Statement[]>(
  [written({ kind: 'object', object: total })],
  [lookup(field['ip saddr'], named), counter],
  [compare(ct('direction'), '==', 1), counter, counter],
  [compare({ kind: 'meta', key: 'length', width: 32 }, '>', 60), counter, verdict('return')],
  [compare(field['ip ttl'], '==', 63), counter],
)

const rulesets: fc.Arbitrary<{ readonly ruleset: () => Ruleset; readonly isTranslated: boolean }> = fc
  .record({
    arrival: shortChains,
    forward: longChains,
    departure: shortChains,
    inner: shortChains,
    special: fc.array(special, { maxLength: 3 }),
    isTranslated: fc.boolean(),
    isCalm: fc.nat(9).map((lot) => lot > 0),
  })
  .map(({ isTranslated, special, ...random }) => ({
    isTranslated,
    ruleset: () => {
      const only = (rules: Statement[][]): Statement[][] => (random.isCalm ? settledOf(rules) : rules)
      const [arrival, forward, departure, inner] = [random.arrival, random.forward, random.departure, random.inner].map(
        only,
      )
      // What opens a flow passes, or there would be no flows.
      const opening = [isNew, accept]
      const chains = [
        chain('arrival', [opening, ...special, ...(arrival ?? [])], 1, base(1, Hook.prerouting, -150)),
        chain('forward', [opening, ...(forward ?? [])], 301, base(2, Hook.forward, 0)),
        chain('departure', [...special, opening, ...(departure ?? [])], 601, base(3, Hook.postrouting, 50)),
        chain('inner', inner ?? [], 901),
      ]
      const translating = chain('source', [[translation]], 1201, { ...base(4, Hook.postrouting, 100), type: 'nat' })
      const all = isTranslated ? [...chains, translating] : chains
      return { tables: [table(all, { sets: [named, filled, counted], objects: [total] })] }
    },
  }))

/** All that a replay leaves behind. */
function outcome(ruleset: Ruleset, bytes: Uint8Array, isInBlocks: boolean): unknown {
  const events: string[] = []
  const replay = replayBetween(sides, ruleset, bytes, isInBlocks, ({ conntrack }) => {
    conntrack.listener = {
      entry: (kind, entry, changes) => void events.push(`${kind} ${changes} ${listEntry(conntrack, entry)}`),
      expectation: () => {},
    }
  })
  const { conntrack } = replay
  const entries = [...conntrack.entries()].map((entry) => [
    listEntry(conntrack, entry),
    conntrack.remaining(entry),
    conntrack.packets(entry, 0),
    conntrack.bytes(entry, 1),
  ])
  return { findings: replay.findings(), flows: [...replay.readFlows()], entries, events }
}

describe('packets that go the way of others before them', () => {
  it('come to what they would have come to by themselves', () => {
    fc.assert(
      fc.property(rulesets, fc.array(sent, { minLength: 60, maxLength: 250 }), ({ isTranslated, ruleset }, list) => {
        const bytes = captureOf(list, isTranslated)
        expect(outcome(ruleset(), bytes, true)).toEqual(outcome(ruleset(), bytes, false))
      }),
      { numRuns: 400 },
    )
  })

  it('are most packets of connections that are known', () => {
    const opening = [
      [isNew, accept],
      [compare(masked(ct('state'), 6), '!=', 0), counter, accept],
    ]
    const ruleset: Ruleset = { tables: [table([chain('forward', opening, 1, base(1, Hook.forward, 0))])] }
    const flow = { from: 10, to: 254, fromPort: 9, toPort: 10 }
    const udp = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 'question' : 'reply'))
    const tcp = ['syn', 'syn-ack', 'ack', ...Array.from({ length: 50 }, () => 'data'), 'fin', 'fin back', 'ack']
    const list = [...udp, ...tcp].map((kind) => ({ flow, kind, milliseconds: 10 }))
    const received = countReceived(() => outcome(ruleset, captureOf(list, false), true))
    // Of each connection the first packet, and the first of each direction once it is established.
    expect(received).toBe(3 + 3)
  })

  it('are not those that a helper reads, but those of connections that it has foreseen', () => {
    const rules = [
      [compare(masked(ct('state'), 6), '!=', 0), counter, accept],
      [compare(field['tcp dport'], '==', 21), written({ kind: 'object', object: ftp }), accept],
    ]
    const ruleset: Ruleset = {
      tables: [table([chain('forward', rules, 1, base(1, Hook.forward, 0))], { objects: [ftp] })],
    }
    const packets = [
      ...['S', 'SA', 'A'].map((flags) => ({ flags })),
      { flags: 'PA', isBack: true, payload: '220 ready\r\n' },
      { flags: 'PA', payload: 'PASV\r\n' },
      { flags: 'PA', isBack: true, payload: '227 Entering Passive Mode (192,168,1,254,200,100).\r\n' },
      ...['S', 'SA', 'A'].map((flags) => ({ flags, isData: true })),
      ...Array.from({ length: 20 }, () => ({ flags: 'PA', isData: true, isBack: true, payload: 'z'.repeat(400) })),
      { flags: 'PA', payload: 'QUIT\r\n' },
    ]
    const bytes = writePcap(
      conversation(packets).map((bytes, i) => ({ bytes, timeSeconds: 1_700_000_000, timeNanoseconds: i * 1_000_000 })),
      { linkType: 101 },
    )
    let found: unknown = null
    const received = countReceived(() => {
      found = outcome(ruleset, bytes, true)
    })
    expect(found).toEqual(outcome(ruleset, bytes, false))
    expect(found).toHaveProperty(`findings.tally.states.${stateBits.related}`, 1)
    // All seven of the control connection; of the data the first, and the first of each direction once it is established.
    expect(received).toBe(7 + 3)
  })
})

interface Said {
  readonly flags: string
  readonly isBack?: boolean
  readonly isData?: boolean
  readonly payload?: string
}

/** TCP between a client and a server, with right sequence numbers; SYN-ACKs come from the server. */
function conversation(packets: readonly Said[]): Uint8Array[] {
  const next = new Map<string, number>()
  return packets.map(({ flags, isBack = flags === 'SA', isData = false, payload = '' }) => {
    const own = `${isData} ${isBack}`
    const other = `${isData} ${!isBack}`
    const sequence = next.get(own) ?? 100
    next.set(own, sequence + payload.length + (flags.includes('S') ? 1 : 0))
    const client = { address: '192.168.1.10', port: isData ? 2001 : 2000 }
    const server = { address: '192.168.1.254', port: isData ? 51300 : 21 }
    const [from, to] = isBack ? [server, client] : [client, server]
    return buildTcp({
      from: from.address,
      to: to.address,
      fromPort: from.port,
      toPort: to.port,
      flags,
      sequence,
      acknowledgment: flags.includes('A') ? (next.get(other) ?? 0) : 0,
      payload,
    })
  })
}

function countReceived(run: () => void): number {
  const { receiveEveryday } = Engine.prototype
  let count = 0
  Engine.prototype.receiveEveryday = function (...words) {
    count++
    return receiveEveryday.apply(this, words)
  }
  try {
    run()
  } finally {
    Engine.prototype.receiveEveryday = receiveEveryday
  }
  return count
}
