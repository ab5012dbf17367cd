import { expect, test } from 'vitest'
import { parseRuleset } from '../../languages/nftables/index.ts'
import { type Prefix, parsePrefix } from '../../model/bytes/index.ts'
import type { HostConfiguration } from '../../model/host/index.ts'
import { explain } from './explain.ts'
import type { Step, Walk } from './walk.ts'

const prefix = (text: string): Prefix => parsePrefix(text) ?? { address: new Uint8Array(4), length: 0 }

const host: HostConfiguration = {
  interfaces: [
    { name: 'lan', addresses: [prefix('10.0.1.1/24')], mtu: 1500, mac: null, group: 0 },
    { name: 'wan', addresses: [prefix('10.0.2.1/24')], mtu: 1500, mac: null, group: 0 },
  ],
  routes: [],
  isForwarding: { 4: true, 6: true },
  sysctls: {},
  listening: [],
}

const firewall = `table inet filter {
  ct helper ftp-standard { type "ftp" protocol tcp; }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "lan" tcp dport 21 ct helper set "ftp-standard" accept
    iifname "lan" udp dport 4444 meta mark set 7 accept
    iifname "lan" reject
  }
}
`

const walks = (...texts: string[]): readonly Walk[] => walksThrough(firewall, texts)

function walksThrough(rules: string, texts: readonly string[]): readonly Walk[] {
  const { ruleset } = parseRuleset([{ name: 'fw.nft', text: rules }], {})
  if (!ruleset) throw new Error('the ruleset of this test does not load')
  const explanation = explain(texts, { ruleset, host, random: () => 0.5 })
  if (explanation.kind === 'explain-error') throw new Error(`packet ${explanation.number}: ${explanation.message}`)
  return explanation.walks
}

function told(walk: Walk | undefined): string[] {
  return (walk?.steps ?? []).map(words)
}

function words(step: Step): string {
  switch (step.kind) {
    case 'conntrack':
      return `${step.state} ${step.why}`
    case 'rule':
      return `rule ${step.place.line} ${step.verdict ?? step.statements.at(-1)?.outcome}${step.changes.map((change) => `, ${change}`).join('')}`
    case 'chain':
      return `chain ${step.chain}`
    case 'return':
      return `back in ${step.chain}`
    case 'policy':
      return `policy ${step.policy}`
    case 'event':
    case 'routing':
      return step.text
    case 'translation':
      return `${step.hook}: ${step.from} -> ${step.to}`
    case 'made':
      return `made ${step.packet}`
    case 'transmit':
      return `out ${step.interface}`
    case 'conclusion':
      return step.fate
  }
}

test('a new flow and the error about it: every hook, rule and change is told', () => {
  const [request, error] = walks('udp 10.0.1.2:43671 > 10.0.2.2:4444', 'wan icmp port-unreachable about #1')
  expect(told(request)).toEqual([
    'NEW opens a connection',
    'leaves by wan',
    'chain forward',
    'rule 5 failed',
    'rule 6 failed',
    'rule 7 accept, mark 0x0 → 0x7',
    'entry 1 confirmed',
    'out wan',
    'forwarded',
  ])
  expect(told(error)).toEqual([
    'RELATED an ICMP error that quotes packet #1 of entry 1',
    'leaves by lan',
    'chain forward',
    'rule 5 accept',
    'out lan',
    'forwarded',
  ])
})

test('a failed match says what the packet had', () => {
  const [walk] = walks('udp 10.0.1.2:43671 > 10.0.2.2:4444')
  const rule = walk?.steps.find((step) => step.kind === 'rule')
  expect(rule?.statements).toEqual([
    { text: 'ct state established,related', isImplied: false, outcome: 'failed', actual: 'new' },
  ])
})

test('a reject shows the packet that the host makes, and its own walk', () => {
  const [walk] = walks('lan udp 10.0.1.2:1 > 10.0.2.2:53')
  expect(told(walk)).toEqual([
    'NEW opens a connection',
    'leaves by wan',
    'chain forward',
    'rule 5 failed',
    'rule 6 failed',
    'rule 7 failed',
    'rule 8 reject',
    'made icmp 10.0.1.1 > 10.0.1.2 destination-unreachable/port-unreachable, about udp 10.0.1.2:1 > 10.0.2.2:53',
    'RELATED the host makes it about packet #1 of a connection not yet confirmed',
    'out lan',
    'sent',
    'dropped',
  ])
})

test('behind a chain that was jumped to, the walk says which chain goes on', () => {
  const text = `table inet t {
    chain helper { udp dport 7 drop; }
    chain forward { type filter hook forward priority 0; jump helper; accept; }
  }`
  const { ruleset } = parseRuleset([{ name: 'fw.nft', text }], {})
  if (!ruleset) throw new Error('the ruleset of this test does not load')
  const explanation = explain(['udp 10.0.1.2:1 > 10.0.2.2:9'], { ruleset, host, random: () => 0.5 })
  const [walk] = explanation.kind === 'walks' ? explanation.walks : []
  expect(told(walk).slice(2, 7)).toEqual([
    'chain forward',
    'rule 3 jump helper',
    'chain helper',
    'rule 2 failed',
    'back in forward',
  ])
  expect(walk?.steps.flatMap((step) => (step.kind === 'rule' ? `${step.table} ${step.chain}` : []))).toEqual([
    'inet t forward',
    'inet t helper',
    'inet t forward',
  ])
})

test('a packet that a rule stops on its way keeps the way it would have taken; one that the host takes has none', () => {
  const [stopped, expired] = walks('lan udp 10.0.1.2:1 > 10.0.2.2:53', 'lan udp 10.0.1.2:1 > 10.0.2.2:53 ttl=1')
  expect(stopped?.out).toBe('wan')
  expect(stopped?.steps.at(-1)).toMatchObject({ fate: 'dropped', text: 'a rule rejected it' })
  expect(expired?.out).toBe(null)
})

test('what the host cuts into fragments is told as fragments, without ports that they do not have', () => {
  const [walk] = walks('lan udp 10.0.1.2:1 > 10.0.2.2:4444 length=3000')
  const sent = walk?.steps.flatMap((step) => (step.kind === 'transmit' ? step.packet : []))
  expect(sent).toHaveLength(3)
  expect(sent?.[0]).toContain('udp 10.0.1.2:1 > 10.0.2.2:4444')
  expect(sent?.[1]).toMatch(/^udp 10\.0\.1\.2 > 10\.0\.2\.2\b/)
})

test('a time before that of the packet before is a mistake', () => {
  const { ruleset } = parseRuleset([{ name: 'fw.nft', text: firewall }], {})
  if (!ruleset) throw new Error('the ruleset of this test does not load')
  const texts = ['udp 10.0.1.2:1 > 10.0.2.2:2 at=5s', 'udp 10.0.1.2:1 > 10.0.2.2:2 at=1s']
  expect(explain(texts, { ruleset, host, random: () => 0.5 })).toMatchObject({
    number: 2,
    message: expect.stringContaining('expected a time not before that of packet 1, 5 s, found 1 s'),
  })
})

test.each([
  ['sctp 10.0.1.2:5000 > 10.0.2.2:6000', 'sctp 10.0.1.2:5000 > 10.0.2.2:6000', 'NEW opens a connection'],
  // Linux takes a correct UDP-Lite checksum for a wrong one.
  [
    'udplite 10.0.1.2:5 > 10.0.2.2:6 data="x"',
    'udplite 10.0.1.2:5 > 10.0.2.2:6',
    'INVALID the transport checksum is wrong',
  ],
])('%s has its ports', (text, printed, state) => {
  const [walk] = walks(text)
  expect(walk?.packet).toBe(printed)
  expect(told(walk)[0]).toBe(state)
})

test('the FTP helper: assigned, expecting, and the data connection RELATED to what made it', () => {
  const told9 = walks(
    'tcp 10.0.1.2:4000 > 10.0.2.2:21',
    'reply to #1',
    'reply to #2',
    'reply to #3 data="220 hello\\r\\n"',
    'reply to #4 data="USER x\\r\\n"',
    'reply to #5 data="331 go on\\r\\n"',
    'reply to #6 data="PORT 10,0,1,2,100,1\\r\\n"',
    'wan tcp 10.0.2.2:20 > 10.0.1.2:25601',
  ).map(told)
  expect(told9[0]).toContain('rule 6 accept, helper ftp assigned')
  expect(told9[6]?.find((text) => text.startsWith('expectation'))).toBe(
    'expectation of the ftp helper: tcp 10.0.2.2 > 10.0.1.2 port 25601, for 300 s',
  )
  expect(told9[7]?.[0]).toContain('expectation gone')
  expect(told9[7]?.[1]).toBe('RELATED the ftp helper expected it: entry 1, packet #7, "10,0,1,2,100,1"')
})

test('what NAT rewrites, on which hook, in both directions and in what an error quotes', () => {
  const masquerading = `table ip nat {
    chain src { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
  }`
  const texts = ['udp 10.0.1.2:5 > 10.0.2.2:53', 'reply to #1', 'wan icmp port-unreachable about #1']
  const told3 = walksThrough(masquerading, texts)
  const translations = told3.map((walk) => told(walk).filter((text) => text.includes('->')))
  expect(translations).toEqual([
    ['postrouting: udp 10.0.1.2:5 > 10.0.2.2:53 -> udp 10.0.2.1:5 > 10.0.2.2:53'],
    ['prerouting: udp 10.0.2.2:53 > 10.0.2.1:5 -> udp 10.0.2.2:53 > 10.0.1.2:5'],
    [
      'prerouting: icmp 10.0.2.2 > 10.0.2.1 destination-unreachable/port-unreachable, about udp 10.0.2.1:5 > 10.0.2.2:53 -> icmp 10.0.2.2 > 10.0.1.2 destination-unreachable/port-unreachable, about udp 10.0.1.2:5 > 10.0.2.2:53',
    ],
  ])
})

test('what a helper drops, it says what it choked on', () => {
  const steps = walks(
    'tcp 10.0.1.2:4000 > 10.0.2.2:21',
    'reply to #1',
    'reply to #2',
    'reply to #3 data="220 hello\\r\\n"',
    'reply to #4 data="USER x\\r\\n"',
    'reply to #5 data="331 go on\\r\\n"',
    'reply to #6 data="PORT ten\\r\\n"',
  )[6]?.steps
  expect(steps?.at(-1)).toMatchObject({
    kind: 'conclusion',
    fate: 'dropped',
    text: 'the ftp helper drops it: it cannot read the address and port of PORT',
  })
})

test('mistakes name the packet and the column', () => {
  const { ruleset } = parseRuleset([{ name: 'fw.nft', text: firewall }], {})
  if (!ruleset) throw new Error('the ruleset of this test does not load')
  const options = { ruleset, host, random: () => 0.5 }
  expect(explain(['udp 10.0.1.2:1 > 10.0.2.2:2', 'reply to #2'], options)).toMatchObject({
    kind: 'explain-error',
    number: 2,
    column: 10,
  })
  expect(explain(['dmz udp 10.0.1.2:1 > 10.0.2.2:2'], options)).toMatchObject({
    number: 1,
    message: 'no interface "dmz": the host has lo, lan, wan',
  })
  expect(explain(['udp 192.0.2.1:1 > 10.0.2.2:2'], options)).toMatchObject({ number: 1, column: 1 })
})
