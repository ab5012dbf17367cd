/** Long chains at random whose rules ask about few fields in many ways, and packets that lie on the ends of what they ask. Not part of the model. */

import fc from 'fast-check'
import { buildIcmp, buildTcp, buildUdp, Hook, type Packet, packetOf } from '../../packet/index.ts'
import { type SetDefinition, type Statement, stringWords, type Value } from '../../rules/index.ts'
import {
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
  keyField,
  lookup,
  masked,
  meta,
  portField,
  set,
  verdict,
  written,
} from '../rules.fixture.ts'

const ends = [0, 1, 9, 10, 11, 19, 20, 21, 254, 255] as const
const end = fc.constantFrom(...ends)
const address = (last: number): number => 0xc0a80100 + last
const from = fc.constantFrom(0, 9, 10, 20, 254)
const length = fc.constantFrom(0, 1, 10, 200)

const network = (of: Value, bits: number): Value => ({ ...masked(of, 0), and: [(-1 << (32 - bits)) | 0] })
const source6 = field['ip6 saddr']
const words6 = (last: number): number[] => [0x20010db8, 0, last, -1]

/** Sets of their own kind: fixed ones, one that packets fill, one whose elements count. */
const named = set([addressField], [element([address(10)]), element([address(20)])], { name: 'named' })
export const filled: SetDefinition = set([addressField], [], { name: 'filled', isDynamic: true })
export const counted: SetDefinition = set([portField], [element([10], [10], { statements: [counter] })], {
  name: 'counted',
})

const anonymous = { isAnonymous: true, isConstant: true } as const

const ofPort = (value: Value): fc.Arbitrary<Statement> =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom('==', '==', '!=', '<', '>', '<=', '>=' as const), end)
      .map(([operator, port]) => compare(value, operator as '==', port)),
    fc.tuple(fc.boolean(), from, length).map(([isNegated, low, more]) =>
      written({
        kind: 'range',
        isNegated: isNegated && more === 0,
        left: value,
        from: [low],
        to: [Math.min(low + more, 65535)],
      }),
    ),
    fc.tuple(fc.uniqueArray(end, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([ports, isNegated]) =>
      lookup(
        value,
        set(
          [portField],
          ports.map((port) => element([port])),
          anonymous,
        ),
        isNegated,
      ),
    ),
  )

const ofAddress = (value: Value): fc.Arbitrary<Statement> =>
  fc.oneof(
    end.map((last) => compare(value, '==', address(last))),
    fc
      .tuple(fc.constantFrom(24, 28, 30, 31), end)
      .map(([bits, last]) => compare(network(value, bits), '==', address(last & (-1 << (32 - bits)) & 255))),
    fc
      .tuple(from, length)
      .map(([low, more]) =>
        written({ kind: 'range', isNegated: false, left: value, from: [address(low)], to: [address(low + more)] }),
      ),
    fc.constantFrom(lookup(value, named), lookup(value, filled), lookup(value, named, true)),
  )

const ofBoth: fc.Arbitrary<Statement> = fc
  .tuple(end, end, length)
  .map(([last, port, more]) =>
    lookup(
      concatenation(field['ip saddr'], field['th dport']),
      set(
        [addressField, portField],
        [element([address(last), port], [address(last), port + more]), element([address(9), 9])],
        anonymous,
      ),
    ),
  )

const nameField = keyField('ifname', 128)
const others: fc.Arbitrary<Statement> = fc.constantFrom<Statement>(
  compare(meta('l4proto'), '==', 17),
  compare(meta('l4proto'), '==', 6),
  compare(meta('l4proto'), '!=', 17),
  compare(meta('nfproto'), '==', 2),
  compare(meta('iifname'), '==', ...stringWords('lan')),
  compare(meta('oifname'), '==', ...stringWords('wan')),
  lookup(meta('iifname'), set([nameField], [element(stringWords('wan')), element(stringWords('eth9'))], anonymous)),
  compare(meta('iif'), '==', 2),
  compare(masked(ct('state'), 6), '!=', 0),
  compare(masked(ct('state'), 8), '!=', 0),
  compare(ct('mark'), '==', 7),
  compare(meta('mark'), '==', 1),
  compare(masked(field['tcp flags'], 2), '==', 2),
  ...[0, 20, 255].map((last) => compare(source6, '==', ...words6(last))),
  compare({ ...masked(source6, 0), and: [-1, -1, 0, 0], xor: [0, 0, 0, 0] }, '==', 0x20010db8, 0, 0, 0),
)

const effects: fc.Arbitrary<Statement> = fc.constantFrom<Statement>(
  counter,
  counter,
  written({ kind: 'limit', limit: { rate: 1, periodSeconds: 60, burst: 2, isBytes: false, isOver: false } }),
  written({ kind: 'set meta', key: 'mark', value: constant(32, 1) }),
  written({ kind: 'set payload', base: 'transport', offset: 16, width: 16, value: constant(16, 20), name: 'th dport' }),
  written({ kind: 'set ct', key: 'mark', direction: null, value: constant(32, 7) }),
  lookup(field['th dport'], counted),
  compare({ kind: 'numgen', mode: 'inc', modulus: 3, offset: 0, width: 32 }, '==', 1),
  written({
    kind: 'update set',
    operation: 'add',
    set: filled,
    key: field['ip saddr'],
    data: null,
    timeout: null,
    statements: [],
  }),
)

const actions = set(
  [portField],
  [
    element([10], [10], { verdict: { kind: 'drop' } }),
    element([20], [20], { verdict: { kind: 'jump', chain: 'inner' } }),
  ],
  { ...anonymous, data: { kind: 'verdict' } },
)
const anyAction = set([portField], [...actions.elements, catchAll({ verdict: { kind: 'continue' } })], {
  ...anonymous,
  data: { kind: 'verdict' },
})

const finals: readonly Statement[] = [verdict('accept'), verdict('drop'), verdict('return')]
const jumps: readonly Statement[] = [
  jump('inner'),
  goto('inner'),
  written({ kind: 'verdict-map', key: field['th dport'], map: actions }),
  written({ kind: 'verdict-map', key: field['th dport'], map: anyAction }),
]

const question: fc.Arbitrary<Statement> = fc.oneof(
  { arbitrary: ofPort(field['th dport']), weight: 4 },
  ofPort(field['th sport']),
  { arbitrary: ofAddress(field['ip saddr']), weight: 4 },
  ofAddress(field['ip daddr']),
  ofBoth,
  { arbitrary: others, weight: 2 },
)

const ruleEndingIn = (verdicts: readonly Statement[]): fc.Arbitrary<Statement[]> =>
  fc
    .tuple(
      fc.array(question, { minLength: 1, maxLength: 3 }),
      fc.option(effects, { freq: 2 }),
      fc.nat(3),
      fc.option(fc.constantFrom(...verdicts), { freq: 1 }),
    )
    .map(([questions, effect, at, last]) => {
      const statements = effect ? questions.toSpliced(at, 0, effect) : questions
      return last ? [...statements, last] : statements
    })

/** They may jump to the chain `inner`, for which the short ones are. */
export const longChains: fc.Arbitrary<Statement[][]> = fc.array(ruleEndingIn([...finals, ...jumps]), {
  minLength: 20,
  size: 'max',
  maxLength: 120,
})
export const shortChains: fc.Arbitrary<Statement[][]> = fc.array(ruleEndingIn(finals), { maxLength: 12 })

/** Rules without what may differ between packets of one connection. */
export const settledOf = (rules: Statement[][]): Statement[][] => rules.map((rule) => rule.filter(isSettled))

function isValueSettled(value: Value): boolean {
  if (value.kind === 'bitwise') return isValueSettled(value.of)
  if (value.kind === 'ct') return value.key === 'state'
  return value.kind === 'meta' || (value.kind === 'payload' && !/tcp flags|ip6/.test(value.name))
}

/** Whether all packets of a connection's direction have the same answer; not all statements that do are meant. */
function isSettled(statement: Statement): boolean {
  switch (statement.kind) {
    case 'counter':
    case 'verdict':
    case 'verdict-map':
    case 'range':
      return true
    case 'lookup':
      return statement.set !== counted
    case 'compare':
      return isValueSettled(statement.left)
    default:
      return false
  }
}

/** Packets whose addresses and ports lie on the ends; states of conntrack as they come together. */
export const packetsOnEnds: fc.Arbitrary<() => Packet> = fc
  .record({
    kind: fc.constantFrom('udp', 'udp', 'udp', 'tcp', 'icmp', 'udp6'),
    from: end,
    to: end,
    fromPort: end,
    toPort: end,
    cut: fc.option(fc.integer({ min: 0, max: 6 }), { freq: 6 }),
    input: fc.nat(3),
    output: fc.nat(3),
    mark: fc.nat(1),
    state: fc.constantFrom(1, 2, 8),
    number: fc.nat(100),
  })
  .map(({ cut, from, fromPort, kind, to, toPort, ...rest }) => () => {
    const ip = { from: `192.168.1.${from}`, to: `192.168.1.${to}` }
    const bytes =
      kind === 'icmp'
        ? buildIcmp({ ...ip, type: 8 })
        : kind === 'tcp'
          ? buildTcp({ ...ip, fromPort, toPort, flags: 'S' })
          : kind === 'udp'
            ? buildUdp({ ...ip, fromPort, toPort })
            : buildUdp({ from: `2001:db8::${from.toString(16)}:ffff:ffff`, to: '2001:db8::1', fromPort, toPort })
    const packet = packetOf(bytes)
    if (cut !== null) packet.end = Math.min(packet.end, packet.start + (packet.family === 6 ? 40 : 20) + cut)
    return Object.assign(packet, rest, { entry: rest.state === 2 ? 1 : 0, hook: Hook.forward })
  })
