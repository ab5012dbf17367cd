import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readUint16 } from '../../bytes/index.ts'
import { buildIp, buildUdpSegment, Hook, HookVerdict, type Packet, packetOf } from '../../packet/index.ts'
import { defaultFragmentLimits, FragmentOutcome, Fragments } from '../index.ts'

const four = { from: '10.0.0.2', to: '198.51.100.2' }
const six = { from: '2001:db8:1::2', to: '2001:db8:2::2' }
type Addresses = typeof four

const outcomeNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(FragmentOutcome).map(([name, value]) => [value, name]),
)

interface PieceFields {
  readonly from: number
  readonly length: number
  readonly more?: boolean
  readonly fill?: number
  readonly id?: number
  readonly tos?: number
  readonly dontFragment?: boolean
}

/** A piece of a datagram of zeros, or of `fill`. The first begins with a UDP header. */
function piece(addresses: Addresses, { from, length, more = true, fill = 0, ...rest }: PieceFields): Packet {
  const payload = new Uint8Array(length).fill(fill)
  const packet = packetOf(
    buildIp({ ...addresses, id: 7, ...rest, fragmentOffset: from, moreFragments: more }, 17, payload),
    2,
  )
  packet.hook = Hook.prerouting
  return packet
}

/** What each fragment in turn meets: `accept`, or why not. */
const feed = (fragments: Fragments, packets: readonly Packet[]): string[] =>
  packets.map((packet) =>
    fragments.defragment(packet) === HookVerdict.accept ? 'accept' : (outcomeNames[fragments.outcome] ?? '?'),
  )

describe.each([
  ['IPv4', four],
  ['IPv6', six],
] as const)('fragments of %s', (name, addresses) => {
  const is6 = name === 'IPv6'
  const cases: readonly (readonly [string, readonly PieceFields[], readonly string[]])[] = [
    [
      'in order make a packet',
      [
        { from: 0, length: 16 },
        { from: 16, length: 5, more: false },
      ],
      ['waiting', 'accept'],
    ],
    [
      'in any order too',
      [
        { from: 24, length: 5, more: false },
        { from: 8, length: 16 },
        { from: 0, length: 8 },
      ],
      ['waiting', 'waiting', 'accept'],
    ],
    [
      'of another id wait on their own',
      [
        { from: 0, length: 16 },
        { from: 16, length: 5, more: false, id: 8 },
      ],
      ['waiting', 'waiting'],
    ],
    [
      'that came before are forgotten',
      [
        { from: 0, length: 16 },
        { from: 0, length: 16 },
        { from: 16, length: 5, more: false },
      ],
      ['waiting', 'duplicate', 'accept'],
    ],
    [
      'inside of what touches are duplicates too',
      [
        { from: 0, length: 16 },
        { from: 16, length: 16 },
        { from: 8, length: 16 },
      ],
      ['waiting', 'waiting', 'duplicate'],
    ],
    [
      'that overlap spoil all',
      [
        { from: 0, length: 24 },
        { from: 16, length: 24 },
        { from: 24, length: 8, more: false },
      ],
      ['waiting', 'overlap', 'waiting'],
    ],
    [
      'behind the last are corrupt',
      [
        { from: 16, length: 8, more: false },
        { from: 40, length: 8 },
      ],
      ['waiting', 'corrupt'],
    ],
    [
      'beyond 65535 bytes cannot be',
      [
        { from: 65528, length: 100, more: false },
        { from: 0, length: 16 },
      ],
      [is6 ? 'tooLarge' : 'waiting', 'waiting'],
    ],
    [
      'with ECN and without make no packet',
      [
        { from: 0, length: 16, tos: 0 },
        { from: 16, length: 5, more: false, tos: 2 },
      ],
      ['waiting', 'corrupt'],
    ],
  ]
  it.each(cases)('%s', (_name, fields, expected) => {
    expect(
      feed(
        new Fragments(),
        fields.map((field) => piece(addresses, field)),
      ),
    ).toEqual(expected)
  })

  it('leave the largest size and that of each behind (fidelity 34)', () => {
    const fragments = new Fragments()
    const last = piece(addresses, { from: 48, length: 5, more: false })
    feed(fragments, [piece(addresses, { from: 0, length: 16 }), piece(addresses, { from: 16, length: 32 }), last])
    expect(last.largestFragment).toBe(32 + (is6 ? 48 : 20))
    expect(fragments.pieceLengths).toEqual([16, 32, 5])
    expect([last.fragmentOffset, last.moreFragments, last.protocol, last.end - last.transport]).toEqual([
      0,
      false,
      17,
      53,
    ])
  })

  it('that wait too long are given up, oldest first, with their first fragment', () => {
    const fragments = new Fragments({ ...defaultFragmentLimits, memory: { 4: 100000, 6: 100000 } })
    const expired: boolean[] = []
    fragments.onExpire = ({ first }) => expired.push(first !== null)
    fragments.defragment(piece(addresses, { from: 0, length: 16 }))
    fragments.advance(1000)
    fragments.defragment(piece(addresses, { from: 16, length: 16, id: 9 }))
    const patience = is6 ? 60000 : 30000
    fragments.advance(patience - 1)
    expect(expired).toEqual([])
    fragments.advance(patience)
    expect(expired).toEqual([true])
    fragments.advance(patience + 1000)
    expect([expired, fragments.waiting]).toEqual([[true, false], 0])
  })

  it('cannot fill the memory', () => {
    const fragments = new Fragments({ ...defaultFragmentLimits, memory: { 4: 4000, 6: 4000 } })
    const outcomes = Array.from(
      { length: 50 },
      (_, id) => feed(fragments, [piece(addresses, { from: 16, length: 800, id: id + 1 })])[0],
    )
    expect(fragments.waiting).toBeLessThan(5)
    expect(outcomes.at(-1)).toBe('noMemory')
  })

  it('put together give what was cut, in any order', () => {
    const cutting = fc.record({
      payload: fc.uint8Array({ minLength: 20, maxLength: 400 }),
      step: fc.integer({ min: 1, max: 8 }),
      order: fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 }),
    })
    fc.assert(
      fc.property(cutting, ({ payload, step, order }) => {
        const segment = buildUdpSegment({ ...addresses, fromPort: 1, toPort: 2, payload })
        const starts: number[] = []
        for (let from = 0; from < segment.length; from += step * 8) starts.push(from)
        const pieces = starts.map((from, i) => {
          const part = segment.subarray(from, from + step * 8)
          const packet = packetOf(
            buildIp({ ...addresses, id: 7, fragmentOffset: from, moreFragments: i < starts.length - 1 }, 17, part),
          )
          packet.hook = Hook.prerouting
          return { packet, rank: order[i] ?? 0 }
        })
        const shuffled = pieces.sort((a, b) => a.rank - b.rank).map(({ packet }) => packet)
        const fragments = new Fragments()
        const outcomes = feed(fragments, shuffled)
        expect(outcomes.at(-1)).toBe('accept')
        const whole = shuffled.at(-1)
        expect(whole?.bytes.subarray(whole.transport, whole.end)).toEqual(segment)
        expect(fragments.waiting).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('of any shape never throw and never hold more than they may', () => {
    const fragments = new Fragments({ ...defaultFragmentLimits, memory: { 4: 20000, 6: 20000 } })
    const shape = fc.record({
      from: fc.nat(8191).map((unit) => unit * 8),
      length: fc.nat(64),
      more: fc.boolean(),
      id: fc.nat(3),
      tos: fc.nat(3),
    })
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 12 }), (shapes) => {
        feed(
          fragments,
          shapes.map((fields) => piece(addresses, fields)),
        )
        expect(fragments.waiting).toBeLessThan(30)
      }),
      { numRuns: 100 },
    )
  })
})

it('an IPv4 packet keeps do-not-fragment only if its largest fragment had it', () => {
  const flags = [true, false].map((dontFragment) => {
    const last = piece(four, { from: 16, length: 5, more: false })
    feed(new Fragments(), [piece(four, { from: 0, length: 16, dontFragment }), last])
    return readUint16(last.bytes, last.start + 6)
  })
  expect(flags).toEqual([0x4000, 0])
})

it('a first IPv6 fragment that ends inside its transport header goes on as it is (RFC 8200 section 4.5)', () => {
  expect(feed(new Fragments(), [piece(six, { from: 0, length: 4 }), piece(six, { from: 0, length: 8 })])).toEqual([
    'accept',
    'waiting',
  ])
})

it('an IPv6 fragment whose length is no multiple of eight goes on, for its destination to complain', () => {
  expect(feed(new Fragments(), [piece(six, { from: 0, length: 15 })])).toEqual(['accept'])
})

describe('as the kernel keeps them', () => {
  it('pieces that filled a gap are no run: a fragment over two of them spoils the packet', () => {
    const fragments = new Fragments()
    const pieces = [
      { from: 16, length: 8, more: false },
      { from: 8, length: 8 },
      { from: 8, length: 16, more: false },
      { from: 0, length: 8 },
    ]
    expect(
      feed(
        fragments,
        pieces.map((one) => piece(four, one)),
      ),
    ).toEqual(['waiting', 'waiting', 'overlap', 'waiting'])
  })

  it('pieces that came in order are one: a fragment over two of them is a duplicate', () => {
    const pieces = [
      { from: 8, length: 8 },
      { from: 16, length: 8, more: false },
      { from: 8, length: 16, more: false },
      { from: 0, length: 8 },
    ]
    expect(
      feed(
        new Fragments(),
        pieces.map((one) => piece(four, one)),
      ),
    ).toEqual(['waiting', 'waiting', 'duplicate', 'accept'])
  })

  it.each([
    [64, 'accept'],
    [65, 'waiting'],
  ])('after %i fragments of others from its source the rest is met with: %s', (others, outcome) => {
    const fragments = new Fragments()
    feed(fragments, [piece(four, { from: 0, length: 16 })])
    // The one that asks counts itself.
    for (let id = 100; id < 100 + others - 1; id++) feed(fragments, [piece(four, { from: 0, length: 8, id })])
    expect(feed(fragments, [piece(four, { from: 16, length: 8, more: false })])).toEqual([outcome])
  })

  it('a fragment that was taken out of tracking goes on, unless it is for this host', () => {
    const untracked = (hook: typeof Hook.prerouting | typeof Hook.input): Packet =>
      Object.assign(piece(four, { from: 0, length: 16 }), { isUntracked: true, hook })
    expect(feed(new Fragments(), [untracked(Hook.prerouting), untracked(Hook.input)])).toEqual(['accept', 'waiting'])
  })

  it('above the memory limit no fragment is taken, not even the last one missing', () => {
    const fragments = new Fragments({ ...defaultFragmentLimits, memory: { 4: 2000, 6: 2000 } })
    const firsts = [1, 2, 3].map((id) => piece(four, { from: 0, length: 16, id }))
    expect(feed(fragments, firsts)).toEqual(['waiting', 'waiting', 'noMemory'])
    expect(feed(fragments, [piece(four, { from: 16, length: 8, more: false, id: 1 })])).toEqual(['noMemory'])
  })
})
