/** Packets and rules at random, for the laws that hold the fast walk, the traced walk and the general compare together. Not part of the model. */

import fc from 'fast-check'
import { buildIcmp, buildIp, buildTcp, buildUdp, Hook, type Packet, packetOf } from '../packet/index.ts'
import { type CompareStatement, type Statement, stringWords, type Value } from '../rules/index.ts'
import {
  address,
  addressField,
  catchAll,
  compare,
  concatenation,
  constant,
  counter,
  ct,
  element,
  field,
  goto,
  jump,
  lookup,
  masked,
  meta,
  portField,
  set,
  verdict,
  written,
} from './rules.fixture.ts'

const addresses4 = ['192.168.1.10', '198.51.100.2', '10.0.0.1'] as const
const addresses6 = ['fd00::10', '2001:db8:2::5'] as const
const port = fc.constantFrom(22, 53, 80, 5000)

const whole: fc.Arbitrary<Uint8Array> = fc
  .record({
    isVersion6: fc.boolean(),
    kind: fc.constantFrom('udp', 'tcp', 'icmp', 'gre', 'hop', 'fragment', 'ah'),
    from: fc.nat(2),
    to: fc.nat(2),
    fromPort: port,
    toPort: port,
    ttl: fc.constantFrom(1, 64),
  })
  .map(({ from, isVersion6, kind, to, ...rest }) => {
    const pick = (i: number): string => (isVersion6 ? addresses6[i % 2]! : addresses4[i]!)
    const ip = { ...rest, from: pick(from), to: pick(to) }
    if (kind === 'udp') return buildUdp({ ...ip, payload: 'data' })
    if (kind === 'tcp') return buildTcp({ ...ip, flags: 'SA', tcpOptions: Uint8Array.of(2, 4, 5, 180) })
    if (kind === 'icmp') return buildIcmp({ ...ip, type: isVersion6 ? 128 : 8 })
    if (kind === 'gre') return buildIp(ip, 47, new Uint8Array(8))
    if (kind === 'fragment') return buildIp({ ...ip, fragmentOffset: 16 }, 17, new Uint8Array(16).fill(53))
    const next = kind === 'hop' ? 0 : 51
    return buildIp(
      ip,
      isVersion6 ? next : 17,
      Uint8Array.of(17, kind === 'hop' ? 0 : 4, ...new Uint8Array(22), 0, 53, 0, 53),
    )
  })

/** Whole or cut short behind the IP header; states of conntrack as they come together. */
export const packets: fc.Arbitrary<() => Packet> = fc
  .record({
    bytes: whole,
    cut: fc.option(fc.integer({ min: 0, max: 12 }), { freq: 3 }),
    input: fc.nat(3),
    output: fc.nat(3),
    mark: fc.constantFrom(0, 1, 0x80000001),
    state: fc.constantFrom(0, 1, 2, 4, 8, 64),
    isReply: fc.boolean(),
    number: fc.nat(100),
  })
  .map(({ bytes, cut, ...rest }) => () => {
    const packet = packetOf(bytes)
    const header = packet.family === 6 ? 40 : 20
    if (cut !== null) packet.end = Math.min(packet.end, header + cut)
    const entry = rest.state === 2 || rest.state === 4 || rest.state === 8 ? 1 : 0
    return Object.assign(packet, rest, { entry, hook: Hook.forward, isUntracked: rest.state === 64 })
  })

/** A value and constants worth comparing it with. */
const compared: readonly (readonly [Value, readonly (readonly number[])[]])[] = [
  [field['th dport'], [[22], [53], [0x3535]]],
  [field['th sport'], [[53], [80]]],
  [field['icmp type'], [[8], [128]]],
  [field['tcp flags'], [[18], [2]]],
  [field['ip saddr'], addresses4.map(address)],
  [field['ip ttl'], [[1], [64]]],
  [field['ip6 saddr'], addresses6.map(address)],
  [field['tcp sequence'], [[0]]],
  [meta('l4proto'), [[6], [17], [51]]],
  [meta('nfproto'), [[2], [10]]],
  [meta('mark'), [[0], [1], [0x80000001]]],
  [meta('iif'), [[0], [2]]],
  [meta('oif'), [[0], [3]]],
  [meta('iifname'), [stringWords('lan'), stringWords(''), stringWords('nowhere')]],
  [meta('oifname'), [stringWords('wan')]],
  [ct('state'), [[1], [2], [8]]],
  [masked(ct('state'), 6), [[0], [2]]],
  [masked(field['tcp flags'], 2), [[0], [2]]],
  [ct('mark'), [[0], [7]]],
  [ct('direction'), [[0], [1]]],
  [concatenation(field['ip saddr'], field['th dport']), [[...address('10.0.0.1'), 53]]],
]

export const compares: fc.Arbitrary<Statement & CompareStatement> = fc
  .tuple(fc.constantFrom(...compared), fc.nat(10), fc.constantFrom('==', '!=', '<', '>=' as const))
  .map(([[left, constants], which, operator]) => {
    const statement = compare(
      left,
      operator as CompareStatement['operator'],
      ...(constants[which % constants.length] ?? []),
    )
    if (statement.kind !== 'compare') throw new Error(statement.kind)
    return statement
  })

const ports = set([portField], [element([22]), element([53], [53], { statements: [counter] })])
const ranges = set([addressField], [element(address('10.0.0.0'), address('10.255.255.255'))])
const pairs = set([addressField, portField], [element([...address('10.0.0.0'), 20], [...address('10.0.0.9'), 60])])
const actions = set(
  [portField],
  [
    element([22], [22], { verdict: { kind: 'drop' } }),
    element([80], [80], { verdict: { kind: 'jump', chain: 'leaf' } }),
    catchAll({ verdict: { kind: 'continue' } }),
  ],
  { data: { kind: 'verdict' } },
)

/** A set of its own in each ruleset, as packets change it. */
export const seen: ReturnType<typeof set> = set([addressField], [], { isDynamic: true, size: 2 })

const others: fc.Arbitrary<Statement> = fc.constantFrom<Statement>(
  counter,
  lookup(field['th dport'], ports),
  lookup(field['th dport'], ports, true),
  lookup(field['ip saddr'], ranges),
  lookup(concatenation(field['ip saddr'], field['th dport']), pairs),
  written({ kind: 'verdict-map', key: field['th dport'], map: actions }),
  written({ kind: 'range', isNegated: false, left: field['th dport'], from: [50], to: [90] }),
  written({ kind: 'set meta', key: 'mark', value: constant(32, 1) }),
  written({ kind: 'set payload', base: 'network', offset: 64, width: 8, value: constant(8, 9), name: 'ip ttl' }),
  written({
    kind: 'update set',
    operation: 'add',
    set: seen,
    key: field['ip saddr'],
    data: null,
    timeout: null,
    statements: [counter],
  }),
  written({ kind: 'limit', limit: { rate: 1, periodSeconds: 60, burst: 2, isBytes: false, isOver: false } }),
  compare({ kind: 'numgen', mode: 'inc', modulus: 2, offset: 0, width: 32 }, '==', 1),
)

const ends = (chains: readonly string[]): fc.Arbitrary<Statement> =>
  fc.constantFrom(
    ...(['accept', 'drop', 'return', 'continue'] as const).map((kind) => verdict(kind)),
    ...chains.map(jump),
    ...chains.map(goto),
  )

/** Rules of a chain that may go on to `chains`; among them runs that ask one field for different values. */
export const rulesOf = (chains: readonly string[]): fc.Arbitrary<Statement[][]> => {
  const statements = fc.array(fc.oneof({ arbitrary: compares, weight: 3 }, others), { maxLength: 3 })
  const rule = fc.tuple(statements, fc.option(ends(chains))).map(([before, end]) => (end ? [...before, end] : before))
  const run = fc
    .tuple(fc.constantFrom(...compared), fc.array(fc.tuple(fc.nat(10), rule), { minLength: 5, maxLength: 9 }))
    .map(([[left, constants], rules]) =>
      rules.map(([which, rest]) => [compare(left, '==', ...(constants[which % constants.length] ?? [])), ...rest]),
    )
  const rules = fc.array(rule, { maxLength: 12 })
  const twoRuns = fc.tuple(run, rules, run).map((parts) => parts.flat())
  return fc.oneof(rules, twoRuns)
}
