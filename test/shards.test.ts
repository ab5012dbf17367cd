/** What binds packets together in rulesets as people write them, and that shards of random traffic tell what one worker tells. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type WrittenFrame, writePcap } from '../src/analysis/capture/index.ts'
import {
  bindingsOf,
  chooseBetween,
  completeHost,
  parseSides,
  type VantageChoice,
} from '../src/analysis/replay/index.ts'
import { ethernet, router } from '../src/analysis/replay/replay.fixture.ts'
import { replayAlone, replayInShards, type Scene, taskOf } from '../src/analysis/replay/shards/shards.fixture.ts'
import { byTrouble } from '../src/analysis/report/index.ts'
import { parseRuleset } from '../src/languages/nftables/index.ts'
import { defaultSettings } from '../src/model/conntrack/index.ts'
import { buildIcmp, buildTcp, buildUdp } from '../src/model/packet/index.ts'
import type { Ruleset } from '../src/model/rules/index.ts'

function rulesetOf(text: string): Ruleset {
  const { ruleset, diagnostics } = parseRuleset([{ name: 'fw.nft', text }], { userSpaceHelpers: ['tns'] })
  if (!ruleset) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return ruleset
}

/** A rule in the forward hook, beside what it may refer to. */
const withRule = (rule: string): Ruleset =>
  rulesetOf(`table inet filter {
    set seen { type ipv4_addr; flags dynamic; }
    set friends { type ipv4_addr; elements = { 10.0.0.1 } }
    map hosts { type inet_service : verdict; elements = { 22 : accept } }
    counter c { }
    quota q { 1 mbytes }
    limit l { rate 5/second }
    ct helper ftp { type "ftp" protocol tcp; }
    ct helper sip { type "sip" protocol udp; }
    ct helper pptp { type "pptp" protocol tcp; }
    ct timeout t { protocol tcp; policy = { established : 100s } }
    ct expectation e { protocol tcp; dport 9876; timeout 1m; size 4; l3proto ip; }
    chain other { }
    chain forward { type filter hook forward priority filter; policy accept;
${rule}
    }
  }`)

const whyNot = (ruleset: Ruleset): readonly string[] => bindingsOf(ruleset, defaultSettings).map(({ why }) => why)

describe('a rule', () => {
  it.each([
    'ct state established,related counter accept',
    'ct state vmap { established : accept, invalid : drop }',
    'ip saddr @friends tcp dport vmap @hosts',
    'ip saddr 10.0.0.0/8 tcp dport 1-1024 jump other',
    'ct mark set ct mark | 1 meta mark set ct mark',
    'ct label set 1',
    'ct bytes > 1000 counter name c',
    'ct expiration > 10s log prefix "x" group 1',
    'ct original ip saddr 10.0.0.1 ct helper "ftp" notrack',
    'ct zone 1 last',
    'tcp option maxseg size set 1300',
    'tcp flags syn tcp option maxseg size set rt mtu',
    'reset tcp option sack-perm',
    'ip dscp set cs1',
    'ip ttl set 5',
    'ip6 hoplimit set 5',
    'tcp dport set 80',
    'meta priority set 1 meta nftrace set 1',
    'fib saddr . iif oif missing drop',
    'rt ip nexthop 10.0.0.1 drop',
    'symhash mod 2 0 accept',
    'jhash ip saddr mod 2 0 accept',
    'meta hour "09:00"-"17:00" accept',
    'exthdr hbh exists drop',
    'ip6 length > 100 drop',
    'sctp chunk init exists drop',
    'tcp dport 21 ct helper set "ftp"',
    'ct timeout set "t"',
    'ct expectation set "e"',
    'reject with icmpx port-unreachable',
    'ct status assured drop',
  ])('can be shared out: %s', (rule) => {
    expect(whyNot(withRule(rule))).toEqual([])
  })

  it.each([
    ['limit rate 5/second accept', /limit rate 5\/second.* takes the tokens of all packets from one bucket/],
    ['limit name "l" accept', /one bucket/],
    ['quota 1 mbytes accept', /one quota/],
    ['quota name "q" accept', /one quota/],
    ['ct count over 10 drop', /connections of all hosts/],
    ['add @seen { ip saddr }', /changes the set @seen/],
    ['update @seen { ip saddr limit rate 1/second } accept', /changes the set @seen/],
    ['delete @seen { ip saddr }', /changes the set @seen/],
    ['meta random & 1 == 0 accept', /draws by lot/],
    ['numgen random mod 2 0 accept', /draws by lot/],
    ['numgen inc mod 2 vmap { 0 : accept, 1 : drop }', /all packets in turn/],
    ['ct id 5 accept', /number of an entry/],
    ['ip id 5 accept', /draws by lot for packets of its own/],
    ['ip daddr set 10.0.0.9', /other hosts/],
    ['@th,0,16 set 80', /other hosts/],
    ['udp dport 5060 ct helper set "sip"', /foresees connections of other hosts/],
    ['tcp dport 1723 ct helper set "pptp"', /table is swept/],
    ['ct helper set tcp dport map { 21 : "ftp", 1723 : "pptp" }', /table is swept/],
    ['ct mark set numgen inc mod 2', /all packets in turn/],
    ['ip saddr . ip id { 10.0.0.1 . 5 } accept', /draws by lot/],
  ])('cannot: %s', (rule, why) => {
    expect(whyNot(withRule(rule))).toEqual([expect.stringMatching(why)])
  })

  it('of type nat cannot', () => {
    expect(
      whyNot(rulesetOf('table ip nat { chain out { type nat hook postrouting priority srcnat; masquerade } }')),
    ).toEqual([expect.stringMatching(/^out translates addresses/), expect.stringMatching(/^masquerade chooses/)])
  })

  it('that never runs is no hindrance', () => {
    expect(
      whyNot(
        rulesetOf('table ip x { flags dormant; chain f { type filter hook forward priority 0; limit rate 1/second } }'),
      ),
    ).toEqual([])
  })

  it('tells its place', () => {
    const [binding] = bindingsOf(withRule('ct count over 10 drop'), defaultSettings)
    expect(binding?.source).toMatchObject({ file: 'fw.nft', line: 15 })
  })
})

it('a kernel that gives helpers by port binds all', () => {
  const { 0: binding } = bindingsOf(withRule('accept'), { ...defaultSettings, isHelperAutomatic: true })
  expect(binding).toMatchObject({ source: null, why: expect.stringMatching(/by their ports/) })
})

// ---- random traffic

const inside = ['10.0.1.2', '10.0.1.3', '10.0.1.4']
const outside = ['10.0.2.2', '10.0.2.66', '198.51.100.7', '198.51.100.8']
const inside6 = ['fd00::2', 'fd00::3']
const outside6 = ['2001:db8::7', '2001:db8::8']

/** What may happen next: a packet of a few connections, something about an earlier one, or something else on the wire. */
const event = fc.record({
  kind: fc.constantFrom(
    'tcp',
    'udp',
    'ping',
    'error',
    'fragment',
    'tcp6',
    'udp6',
    'error6',
    'ftp',
    'arp',
    'own',
    'group',
  ),
  here: fc.nat(2),
  there: fc.nat(3),
  isBack: fc.boolean(),
  port: fc.constantFrom(21, 53, 80),
  flags: fc.constantFrom('S', 'SA', 'A', 'PA', 'FA', 'R'),
  about: fc.nat(30),
  ttl: fc.constantFrom(1, 2, 64),
  wait: fc.constantFrom(0, 1, 20, 900, 40_000, -5),
  vlan: fc.constantFrom(0, 0, 0, 7),
  cut: fc.constantFrom(0, 0, 0, 0, 20),
})
type Happening = typeof event extends fc.Arbitrary<infer T> ? T : never

function packetOf(one: Happening, earlier: readonly Uint8Array[]): Uint8Array {
  const { kind, here, there, isBack, port, flags, ttl } = one
  const is6 = kind.endsWith('6')
  const near = (is6 ? inside6[here % 2] : inside[here]) ?? ''
  const far = kind === 'own' ? '10.0.1.1' : ((is6 ? outside6[there % 2] : outside[there]) ?? '')
  const ends = isBack ? { from: far, to: near, ttl } : { from: near, to: far, ttl }
  const ports = isBack ? { fromPort: port, toPort: 1024 + here } : { fromPort: 1024 + here, toPort: port }
  const quoted = earlier[one.about % Math.max(1, earlier.length)]
  if (kind.startsWith('error')) {
    const payload = quoted?.subarray(0, 60) ?? 'nothing'
    return buildIcmp({ ...ends, from: one.about % 2 ? ends.from : far, type: is6 ? 1 : 3, code: 1, payload })
  }
  if (kind === 'ping') return buildIcmp({ ...ends, type: isBack ? 0 : 8, identifier: port % 2 })
  if (kind === 'fragment') {
    const payload = 'x'.repeat(64)
    const place = { moreFragments: one.about % 2 === 0, fragmentOffset: one.about % 2 === 0 ? 0 : 72, id: here }
    return buildUdp({ ...ends, ...ports, payload, ...place })
  }
  if (kind === 'group') return buildUdp({ from: near, to: '224.0.0.251', ...ports })
  if (kind.startsWith('udp')) return buildUdp({ ...ends, ...ports, payload: 'q' })
  const payload = kind === 'ftp' ? (isBack ? '227 (198,51,100,7,9,9)\r\n' : 'PORT 10,0,1,2,9,8\r\n') : ''
  const control = kind === 'ftp' ? { fromPort: isBack ? 21 : 1024, toPort: isBack ? 1024 : 21 } : ports
  return buildTcp({ ...ends, ...control, flags, payload, sequence: 1000, acknowledgment: 1001 })
}

function withVlan(frame: Uint8Array, vlan: number): Uint8Array {
  if (vlan === 0) return frame
  const tagged = new Uint8Array(frame.length + 4)
  tagged.set(frame.subarray(0, 12))
  tagged.set([0x81, 0, 0, vlan], 12)
  tagged.set(frame.subarray(12), 16)
  return tagged
}

function captureOf(happenings: readonly Happening[]): Uint8Array {
  const packets: Uint8Array[] = []
  let now = 1_700_000_000_000
  const frames = happenings.map((one): WrittenFrame => {
    now += one.wait
    const time = { timeSeconds: Math.floor(now / 1000), timeNanoseconds: (now % 1000) * 1e6 }
    if (one.kind === 'arp') return { bytes: Uint8Array.of(...new Uint8Array(12), 8, 6, 0, 1), ...time }
    const packet = packetOf(one, packets)
    packets.push(packet)
    const isFromInside = one.kind === 'group' || !one.isBack
    const frame = withVlan(ethernet(isFromInside ? 'client' : 'server', isFromInside ? 'lan' : 'wan', packet), one.vlan)
    return {
      bytes: one.cut === 0 ? frame : frame.subarray(0, frame.length - one.cut),
      originalLength: frame.length,
      ...time,
    }
  })
  return writePcap(frames)
}

const rules = fc
  .subarray(
    [
      'ct state established,related counter accept',
      'ct state invalid counter drop',
      'ct state invalid counter reject',
      'tcp dport 21 ct helper set "ftp"',
      'tcp dport { 21, 80 } counter accept',
      'udp dport 53 ct mark set 7 accept',
      'ct mark 7 counter',
      'meta l4proto { icmp, ipv6-icmp } counter accept',
      'ct packets > 3 counter drop',
      'ct timeout set "t"',
      'iifname "lan" counter accept',
      'counter reject',
    ],
    { minLength: 1 },
  )
  .map((chosen) =>
    rulesetOf(`table inet filter {
  ct helper ftp { type "ftp" protocol tcp; }
  ct timeout t { protocol tcp; policy = { established : 30s, close : 1s } }
  chain input { type filter hook input priority 0; policy drop; ${chosen.join('; ')}; }
  chain forward { type filter hook forward priority 0; policy drop; ${chosen.join('; ')}; }
  chain output { type filter hook output priority 0; policy accept; ct state related counter; }
}`),
  )

function between(): VantageChoice {
  const sides = parseSides('lan=10.0.1.0/24+fd00::/8,wan=any')
  if (typeof sides === 'string') throw new Error(sides)
  return chooseBetween(sides)
}

const places: readonly (readonly [string, number, Scene['choose']])[] = [
  ['between two sides', 200, between],
  ['on the box', 30, (survey) => completeHost({ kind: 'host', configuration: router, words: [] }, survey)],
]

describe('two and three shards tell what one worker tells', () => {
  it.each(places)('of random traffic %s', (_, least, choose) => {
    let told = 0
    fc.assert(
      fc.property(
        rules,
        fc.array(fc.array(event, { maxLength: 120 }), { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        (ruleset, happenings, isListing) => {
          const scene: Scene = { ruleset, choose, captures: happenings.map(captureOf), isListing }
          const task = taskOf(scene)
          const alone = replayAlone(scene, task)
          expect(alone.inTrouble).toEqual([...alone.flows].sort(byTrouble).slice(0, 7))
          for (const count of [2, 3]) {
            const shared = replayInShards(scene, count, task)
            // They may say that they cannot, but not all the time.
            if (typeof shared === 'string') continue
            told += 1
            expect(shared).toEqual(alone)
          }
        },
      ),
      { numRuns: 150 },
    )
    expect(told).toBeGreaterThan(least)
  })
})
