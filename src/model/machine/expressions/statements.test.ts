import { describe, expect, it } from 'vitest'
import { buildTcp, buildUdp, Hook, type Packet, packetOf } from '../../packet/index.ts'
import type { Statement, Value } from '../../rules/index.ts'
import * as make from '../rules.fixture.ts'

const { address, compare, compiled, constant, ct, element, field, judge, matches, meta, payload, set, surroundings } =
  make

const four = { from: '192.168.1.10', to: '198.51.100.2', fromPort: 5000, toPort: 53 }
const udp = (): Packet => packetOf(buildUdp({ ...four, payload: 'qqqqqqqqqq' }), 2)
const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const hexOf = (packet: Packet): string =>
  [...packet.bytes.subarray(packet.start, packet.end)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const setPayload = (
  name: string,
  base: 'network' | 'transport',
  offset: number,
  width: number,
  ...words: number[]
): Statement => make.written({ kind: 'set payload', base, offset, width, name, value: constant(width, ...words) })

/** One more hop, as the kernel's forwarding did in what was recorded: TTL or hop limit, and the IPv4 header checksum. */
function forward(packet: Packet): void {
  const { bytes } = packet
  if (packet.family === 6) {
    bytes[7]!--
    return
  }
  bytes[8]!--
  const sum = ((bytes[10]! << 8) | bytes[11]!) + 0x100
  const folded = (sum & 0xffff) + (sum >>> 16)
  bytes[10] = folded >>> 8
  bytes[11] = folded
}

const four16 = '450000260000400040114edfc0a8010ac6336402138800350012'
const tail = '71717171717171717171'
const syn =
  '4500003c0000400040064ed4c0a8010ac63364020fa000500000000000000000a002ffff50270000020405b401030307080a00000001000000020000'
const six = '60000000000b1140fd00000000000000000000000000001020010db800020000000000000000000513880035000bfce7616263'
const sctp = '450000340000400040844e5ec0a8010ac63364021388003500000009111e3b5b0100001400000000000000000000000000000000'

describe('written packets are byte by byte what Linux 6.18 forwarded', () => {
  const cases: readonly (readonly [string, string, readonly Statement[], string])[] = [
    [
      'udp sport',
      `${four16}c8ed${tail}`,
      [setPayload('udp sport', 'transport', 0, 16, 77)],
      `45000026000040003f114fdfc0a8010ac6336402004d00350012dc28${tail}`,
    ],
    [
      'udp sport without a checksum is mended into nonsense',
      `${four16}0000${tail}`,
      [setPayload('udp sport', 'transport', 0, 16, 77)],
      `45000026000040003f114fdfc0a8010ac6336402004d00350012133b${tail}`,
    ],
    [
      'ip daddr',
      `${four16}c8ed${tail}`,
      [setPayload('ip daddr', 'network', 128, 32, ...address('198.51.100.9'))],
      `45000026000040003f114fd8c0a8010ac6336409138800350012c8e6${tail}`,
    ],
    [
      'ip daddr without a UDP checksum',
      `${four16}0000${tail}`,
      [setPayload('ip daddr', 'network', 128, 32, ...address('198.51.100.9'))],
      `45000026000040003f114fd8c0a8010ac63364091388003500120000${tail}`,
    ],
    [
      'ip daddr of TCP',
      syn,
      [setPayload('ip daddr', 'network', 128, 32, ...address('198.51.100.9'))],
      '4500003c000040003f064fcdc0a8010ac63364090fa000500000000000000000a002ffff50200000020405b401030307080a00000001000000020000',
    ],
    [
      'ip daddr of a later fragment',
      '4500001c0077200140116e71c0a8010ac63364027171717171717171',
      [setPayload('ip daddr', 'network', 128, 32, ...address('198.51.100.9'))],
      '4500001c007720013f116f6ac0a8010ac63364097171717171717171',
    ],
    [
      'ip dscp',
      `${four16}c8ed${tail}`,
      [setPayload('ip dscp', 'network', 8, 6, 5)],
      `45140026000040003f114fcbc0a8010ac6336402138800350012c8ed${tail}`,
    ],
    [
      'ip saddr and ttl',
      `${four16}c8ed${tail}`,
      [setPayload('ip saddr', 'network', 96, 32, ...address('1.2.3.4')), setPayload('ip ttl', 'network', 64, 8, 9)],
      `45000026000040000811448c01020304c6336402138800350012869a${tail}`,
    ],
    [
      'ip protocol',
      '4500001f0000400040114ee6c0a8010ac633640200050006000b4f82616263',
      [setPayload('ip protocol', 'network', 72, 8, 99)],
      '4500001f000040003f634f94c0a8010ac633640200050006000b4f30616263',
    ],
    [
      'th dport has no checksum',
      `${four16}c8ed${tail}`,
      [setPayload('th dport', 'transport', 16, 16, 77)],
      `45000026000040003f114fdfc0a8010ac63364021388004d0012c8ed${tail}`,
    ],
    [
      'udp checksum itself',
      '4500001f0000400040114ee6c0a8010ac633640200050006000b4f82616263',
      [setPayload('udp checksum', 'transport', 48, 16, 77)],
      '4500001f000040003f114fe6c0a8010ac633640200050006000b004d616263',
    ],
    [
      'tcp flags',
      '450000280000400040064ee8c0a8010ac63364020005000600000000000000005002ffffc3ef0000',
      [setPayload('tcp flags', 'transport', 104, 8, 16)],
      '45000028000040003f064fe8c0a8010ac63364020005000600000000000000005010ffffc3e10000',
    ],
    [
      'icmp id',
      '450000200000400040014ef5c0a8010ac6336402080019290005000170696e67',
      [setPayload('icmp id', 'transport', 32, 16, 77)],
      '45000020000040003f014ff5c0a8010ac6336402080018e1004d000170696e67',
    ],
    [
      'sctp sport',
      sctp,
      [setPayload('sctp sport', 'transport', 0, 16, 77)],
      '45000034000040003f844f5ec0a8010ac6336402004d003500000009a53a619a0100001400000000000000000000000000000000',
    ],
    [
      'ip6 daddr',
      six,
      [setPayload('ip6 daddr', 'network', 192, 128, ...address('2001:db8:2::9'))],
      '60000000000b113ffd00000000000000000000000000001020010db800020000000000000000000913880035000bfce3616263',
    ],
    [
      'ip6 dscp',
      '6000000000140640fd00000000000000000000000000001020010db80002000000000000000000050005000600000000000000005002ffff85070000',
      [setPayload('ip6 dscp', 'network', 4, 6, 9)],
      '624000000014063ffd00000000000000000000000000001020010db80002000000000000000000050005000600000000000000005002ffff85070000',
    ],
    [
      'a lower segment size',
      syn,
      [make.written({ kind: 'set tcp-option', option: 2, offset: 16, width: 16, value: constant(16, 1200) })],
      '4500003c000040003f064fd4c0a8010ac63364020fa000500000000000000000a002ffff512b0000020404b001030307080a00000001000000020000',
    ],
    [
      'a higher segment size is not written',
      syn,
      [make.written({ kind: 'set tcp-option', option: 2, offset: 16, width: 16, value: constant(16, 1500) })],
      '4500003c000040003f064fd4c0a8010ac63364020fa000500000000000000000a002ffff50270000020405b401030307080a00000001000000020000',
    ],
    [
      'a timestamp',
      syn,
      [make.written({ kind: 'set tcp-option', option: 8, offset: 16, width: 32, value: constant(32, 77) })],
      '4500003c000040003f064fd4c0a8010ac63364020fa000500000000000000000a002ffff4fdb0000020405b401030307080a0000004d000000020000',
    ],
    [
      'an option taken out',
      syn,
      [make.written({ kind: 'reset tcp-option', option: 8 })],
      '4500003c000040003f064fd4c0a8010ac63364020fa000500000000000000000a002ffff532f0000020405b401030307010101010101010101010000',
    ],
  ]
  it.each(cases)('%s', (_, before, statements, after) => {
    const packet = packetOf(bytesOf(before), 2)
    expect(matches(statements, packet)).toBe(true)
    forward(packet)
    expect(hexOf(packet)).toBe(after)
  })

  it('a transport checksum behind the end of the packet breaks the rule after the header checksum was mended', () => {
    const packet = packetOf(bytesOf('450000190000400002883c180a090807c63364020000000000'), 2)
    expect(matches([setPayload('ip daddr', 'network', 128, 32, ...address('198.51.100.77'))], packet)).toBe(false)
    forward(packet)
    expect(hexOf(packet)).toBe('450000190000400001883ccd0a090807c63364020000000000')
  })

  it('a field that the packet does not have breaks the rule and writes nothing', () => {
    const packet = udp()
    const before = hexOf(packet)
    expect(matches([setPayload('@th,144,16', 'transport', 144, 16, 1)], packet)).toBe(false)
    expect(
      matches(
        [make.written({ kind: 'set tcp-option', option: 2, offset: 16, width: 16, value: constant(16, 4) })],
        packet,
      ),
    ).toBe(false)
    expect(hexOf(packet)).toBe(before)
  })

  it('an option that is not there lets the rule go on; one that is malformed drops when it is taken out', () => {
    const bare = packetOf(buildTcp(four), 2)
    expect(matches([make.written({ kind: 'reset tcp-option', option: 8 })], bare)).toBe(true)
    const broken = packetOf(buildTcp({ ...four, tcpOptions: Uint8Array.of(1, 1, 8, 9) }), 2)
    expect(judge(compiled([[make.written({ kind: 'reset tcp-option', option: 8 })]]), broken)).toBe('drop')
  })
})

describe('limit', () => {
  const passed = (limit: Partial<Parameters<typeof limited>[0]>, times: readonly number[]): boolean[] => {
    const around = surroundings()
    const rules = compiled([[limited(limit)]], around)
    return times.map((time) => {
      around.clock = time
      const before = rules.packets[1]!
      judge(rules, udp())
      return rules.packets[1]! > before
    })
  }
  const limited = (limit: {
    rate?: number
    periodSeconds?: number
    burst?: number
    isBytes?: boolean
    isOver?: boolean
  }): Statement =>
    make.written({
      kind: 'limit',
      limit: { rate: 1, periodSeconds: 3600, burst: 0, isBytes: false, isOver: false, ...limit },
    })
  const at = (count: number): number[] => new Array(count).fill(0)
  const count = (answers: readonly boolean[]): number => answers.filter(Boolean).length

  it('lets as many of ten packets of 38 bytes by at once as Linux did', () => {
    expect(count(passed({}, at(10)))).toBe(5)
    expect(count(passed({ burst: 2 }, at(10)))).toBe(2)
    expect(count(passed({ burst: 2, isOver: true }, at(10)))).toBe(8)
    expect(count(passed({ rate: 100, isBytes: true }, at(10)))).toBe(2)
    expect(count(passed({ rate: 100, isBytes: true, burst: 52 }, at(10)))).toBe(4)
    expect(count(passed({ rate: 100, isBytes: true, burst: 52, isOver: true }, at(10)))).toBe(6)
  })

  it('refills in nanoseconds: at 3 in a second a token takes 333333333 of them', () => {
    const perSecond = { rate: 3, periodSeconds: 1, burst: 1 }
    expect(passed(perSecond, [0, 333.333332, 333.333333])).toEqual([true, false, true])
    expect(passed(perSecond, [0, 333.333333, 666.666665, 666.666666])).toEqual([true, true, false, true])
  })

  it('holds no more than its burst, however long nobody came', () => {
    expect(passed({ rate: 1, periodSeconds: 1, burst: 2 }, [0, 0, 1e9, 1e9, 1e9])).toEqual([
      true,
      true,
      true,
      true,
      false,
    ])
  })
})

describe('quota', () => {
  /** Observed: a quota is used up by the packet that goes beyond it, not by the one that just fills it. */
  it.each([
    [37, 0],
    [38, 1],
    [75, 1],
    [76, 2],
    [114, 3],
  ])('of %i bytes lets %i of five packets of 38 bytes by', (bytes, expected) => {
    const until = compiled([
      [make.written({ kind: 'quota', bytes, used: 0, isOver: false })],
      [make.written({ kind: 'quota', bytes, used: 0, isOver: true })],
    ])
    for (let i = 0; i < 5; i++) judge(until, udp())
    expect([until.packets[1], until.packets[2]]).toEqual([expected, 5 - expected])
    expect(until.listing.statements()[0]?.text).toBe(`quota ${bytes} bytes used 190 bytes`)
  })
})

describe('ct count', () => {
  const limit = (count: number, isOver = false): Statement => make.written({ kind: 'ct count', count, isOver })
  const entries = [1, 2, 3].map((port) => make.testEntry({ id: port, ports: [port, 53, 53, port] }))
  const of = (entry: number): Packet => Object.assign(udp(), { entry, state: 8 })

  it('counts living connections once each', () => {
    const rules = compiled([[limit(1)], [limit(1, true)], [limit(2)]], surroundings(make.testConntrack(entries)))
    for (const entry of [1, 2, 3, 1, 2, 3]) judge(rules, of(entry))
    expect([...rules.packets]).toEqual([0, 1, 5, 2])
  })

  it('forgets the dead', () => {
    const alive = entries.map((entry) => ({ ...entry }))
    const rules = compiled([[limit(1)]], surroundings(make.testConntrack(alive)))
    judge(rules, of(1))
    alive[0]!.remaining = 0
    judge(rules, of(2))
    expect(rules.packets[1]).toBe(2)
  })
})

describe('set statements', () => {
  const setCt = (
    key: 'mark' | 'label' | 'zone',
    value: Value,
    direction: 'original' | 'reply' | null = null,
  ): Statement => make.written({ kind: 'set ct', key, direction, value })

  it('ct mark without an entry does nothing, and the rule goes on', () => {
    expect(matches([setCt('mark', constant(32, 5))], udp())).toBe(true)
  })

  it('ct mark and label of an entry', () => {
    const entry = make.testEntry({ labels: [1, 0, 0, 0] })
    const packet = Object.assign(udp(), { entry: 1, state: 8 })
    matches(
      [setCt('mark', constant(32, 5)), setCt('label', constant(128, 0, 0, 0, 4))],
      packet,
      surroundings(make.testConntrack([entry])),
    )
    expect([entry.mark, entry.labels]).toEqual([5, [5, 0, 0, 0]])
  })

  it('ct zone: the first one counts, in each direction', () => {
    const packet = udp()
    matches([setCt('zone', constant(16, 5), 'original'), setCt('zone', constant(16, 6))], packet)
    expect([packet.zoneOriginal, packet.zoneReply]).toEqual([5, 0])
  })

  it('ct zone behind conntrack makes an INVALID packet NEW, and nothing else', () => {
    const packet = udp()
    packet.state = 1
    matches([setCt('zone', constant(16, 5))], packet)
    expect(packet.state).toBe(8)
    matches([setCt('zone', constant(16, 6))], packet)
    expect([packet.state, packet.zoneOriginal]).toEqual([8, 5])
  })

  it('ct zone undoes notrack, notrack does not undo ct zone', () => {
    const notrack = make.written({ kind: 'notrack' })
    const first = udp()
    matches([notrack, setCt('zone', constant(16, 5))], first)
    const second = udp()
    matches([setCt('zone', constant(16, 5)), notrack], second)
    expect([first.isUntracked, second.isUntracked]).toEqual([false, false])
    const third = udp()
    matches([notrack], third)
    expect(third.isUntracked).toBe(true)
  })

  it('meta mark and pkttype; a value that does not load writes nothing', () => {
    const packet = udp()
    const mark = (value: Value): Statement => make.written({ kind: 'set meta', key: 'mark', value })
    matches([mark(constant(32, 7)), make.written({ kind: 'set meta', key: 'pkttype', value: constant(8, 3) })], packet)
    expect([packet.mark, packet.packetType]).toEqual([7, 3])
    expect(matches([mark(ct('mark'))], packet)).toBe(false)
    expect(packet.mark).toBe(7)
  })

  it('nftrace is seen by later rules of the same packet only', () => {
    const rules = compiled([
      [
        compare(field['udp dport'], '==', 53),
        make.written({ kind: 'set meta', key: 'nftrace', value: constant(1, 1) }),
      ],
      [compare(meta('nftrace'), '==', 1)],
    ])
    judge(rules, udp())
    judge(rules, Object.assign(packetOf(buildUdp({ ...four, toPort: 54 })), { number: 2 }))
    expect(rules.packets[2]).toBe(1)
  })
})

describe('reject', () => {
  it('tells the surroundings, drops, and is the rule that decided', () => {
    const around = surroundings()
    const packet = udp()
    const rules = compiled([[make.written({ kind: 'reject', type: 'icmpx', code: 1 })]], around)
    expect(judge(rules, packet)).toBe('drop')
    expect([around.rejected, packet.rule]).toEqual([['icmpx 1'], 1])
  })
})

describe('lookups', () => {
  const ports = (...numbers: number[]) =>
    set(
      [make.portField],
      numbers.map((port) => element([port])),
    )
  it.each([
    ['a member', make.lookup(field['udp dport'], ports(53, 99)), true],
    ['a stranger', make.lookup(field['udp dport'], ports(99)), false],
    ['!= of a stranger', make.lookup(field['udp dport'], ports(99), true), true],
    ['!= of what does not load', make.lookup(field['ether saddr'], ports(99), true), false],
    ['the catch-all', make.lookup(field['udp dport'], set([make.portField], [element([99]), make.catchAll()])), true],
    [
      '!= with a catch-all',
      make.lookup(field['udp dport'], set([make.portField], [element([99]), make.catchAll()]), true),
      false,
    ],
  ])('%s', (_, statement, expected) => {
    expect(matches([statement], udp())).toBe(expected)
  })

  it('of maps give values, and no value where there is no element', () => {
    const data = { kind: 'value', fields: [{ type: 'mark', width: 32, words: 1 }], isInterval: false } as const
    const map = set([make.portField], [element([53], [53], { data: [7] })], { data })
    const value: Value = { kind: 'map', key: field['udp dport'], map, width: 32 }
    expect(matches([compare(value, '==', 7)], udp())).toBe(true)
    expect(matches([compare({ ...value, key: field['udp sport'] }, '!=', 7)], udp())).toBe(false)
  })

  it('of verdict maps; without an element the rule does not match', () => {
    const map = set(
      [make.portField],
      [element([53], [53], { verdict: { kind: 'drop' } }), element([5000], [5000], { verdict: { kind: 'continue' } })],
      { data: { kind: 'verdict' } },
    )
    const vmap = (key: Value): Statement => make.written({ kind: 'verdict-map', key, map })
    const packet = udp()
    expect(judge(compiled([[vmap(field['udp dport'])]]), packet)).toBe('drop')
    expect(packet.rule).toBe(1)
    expect(matches([vmap(field['udp sport'])], udp())).toBe(true)
    expect(matches([vmap(payload('x', 'network', 16, 16))], udp())).toBe(false)
  })

  it('of object maps', () => {
    const object = {
      kind: 'counter',
      name: 'n',
      handle: 0,
      comment: null,
      source: make.nowhere,
      packets: 1,
      bytes: 2,
    } as const
    const map = set([make.portField], [element([53], [53], { object })], {
      data: { kind: 'object', object: 'counter' },
    })
    const statement = make.written({ kind: 'object-map', objectKind: 'counter', key: field['udp dport'], map })
    const rules = compiled([[statement, make.written({ kind: 'object', object })]], surroundings(), {
      objects: [object],
    })
    judge(rules, udp())
    expect(rules.listing.objects().map(({ text }) => text)).toEqual(['counter packets 3 bytes 78'])
  })
})

describe('add, update and delete', () => {
  const dynamic = (more: Partial<ReturnType<typeof set>> = {}) =>
    set([make.portField], [], { isDynamic: true, ...more })
  const change = (
    operation: 'add' | 'update' | 'delete',
    target: ReturnType<typeof set>,
    more: { timeout?: number; statements?: Statement[] } = {},
  ): Statement =>
    make.written({
      kind: 'update set',
      operation,
      set: target,
      key: field['udp dport'],
      data: null,
      timeout: more.timeout ?? null,
      statements: more.statements ?? [],
    })
  const to = (port: number): Packet => packetOf(buildUdp({ ...four, toPort: port }), 2)

  it('match while the set has room', () => {
    const target = dynamic({ size: 2 })
    const rules = compiled([[change('add', target)]], surroundings(), { sets: [target] })
    for (const port of [1, 2, 3, 1, 2, 3]) judge(rules, to(port))
    expect(rules.packets[1]).toBe(4)
  })

  it('delete makes room', () => {
    const target = dynamic({ size: 1 })
    const rules = compiled([[change('add', target)], [change('delete', target)]], surroundings(), { sets: [target] })
    for (const port of [1, 2, 3]) judge(rules, to(port))
    expect(rules.packets[1]).toBe(3)
    expect([...rules.listing.elements(target)]).toEqual([])
  })

  it.each([
    ['add', 40],
    ['update', 90],
  ] as const)('%s of a known element leaves %i of 100 ms after 60', (operation, remaining) => {
    const around = surroundings()
    const target = dynamic({ hasTimeout: true })
    const rules = compiled([[change(operation, target, { timeout: 100 })]], around, { sets: [target] })
    for (const time of [0, 50]) {
      around.clock = time
      judge(rules, to(7))
    }
    around.clock = 60
    expect([...rules.listing.elements(target)].map(({ expires, text }) => [text, expires])).toEqual([['7', remaining]])
    around.clock = 60 + remaining
    expect([...rules.listing.elements(target)]).toEqual([])
  })

  it('update gives no timeout to an element that was made without, and ends one at once where it names none itself', () => {
    const around = surroundings()
    const target = dynamic({ hasTimeout: true })
    const forever = compiled([[change('update', target)], [change('update', target, { timeout: 100 })]], around, {
      sets: [target],
    })
    judge(forever, to(7))
    expect([...forever.listing.elements(target)].map(({ expires }) => expires)).toEqual([null])
    const once = compiled([[change('update', target, { timeout: 100 })], [change('update', target)]], around, {
      sets: [target],
    })
    judge(once, to(7))
    expect([...once.listing.elements(target)]).toEqual([])
  })

  it('statements on an element are its own, and end the rule', () => {
    const target = dynamic()
    const limit = make.written({
      kind: 'limit',
      limit: { rate: 1, periodSeconds: 3600, burst: 1, isBytes: false, isOver: true },
    })
    const rules = compiled([[change('add', target, { statements: [make.counter, limit] })]], surroundings(), {
      sets: [target],
    })
    for (const port of [1, 1, 2, 1]) judge(rules, to(port))
    expect(rules.packets[1]).toBe(2)
    expect([...rules.listing.elements(target)].map((each) => each.statements[0]?.text)).toEqual([
      'counter packets 3 bytes 84',
      'counter packets 1 bytes 28',
    ])
  })

  it('a map remembers data', () => {
    const target = dynamic({
      data: { kind: 'value', fields: [{ type: 'ipv4_addr', width: 32, words: 1 }], isInterval: false },
    })
    const add = make.written({
      kind: 'update set',
      operation: 'add',
      set: target,
      key: field['udp dport'],
      data: field['ip saddr'],
      timeout: null,
      statements: [],
    })
    const value: Value = { kind: 'map', key: field['udp dport'], map: target, width: 32 }
    const rules = compiled([[compare(value, '==', ...address('192.168.1.10'))], [add]], surroundings(), {
      sets: [target],
    })
    judge(rules, to(7))
    judge(rules, to(7))
    expect([...rules.packets]).toEqual([0, 1, 2])
  })
})

describe('hooks', () => {
  it.each([
    ['prerouting', Hook.prerouting, 0],
    ['forward', Hook.forward, 1],
  ] as const)('oif in %s', (_, hook, expected) => {
    const rules = make.compileOn([[compare(meta('oif'), '==', 3)]], { ...make.filterInput, hook })
    judge(rules, Object.assign(udp(), { output: 3 }))
    expect(rules.packets[1]).toBe(expected)
  })
})
