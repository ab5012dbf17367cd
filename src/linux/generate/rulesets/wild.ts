/** Rulesets that nobody would write: any table, chain, match, statement and verdict. One command a line. */

import type { Random } from '../random.ts'
import { tcpPorts, udpPorts } from '../topology.ts'
import type { ChainPlace, ChainType, HookName, RuleContext, TableContents, TableFamily } from './context.ts'
import { pickSubject } from './context.ts'
import { assignedHelpers, declareHelper, objectName } from './helpers.ts'
import { pickMatch } from './matches.ts'
import { pickStatement } from './statements.ts'
import { pickTranslation } from './translation.ts'
import { pickReject, pickVerdict, pickVerdictMap } from './verdicts.ts'

/** Lines of nft commands; nft refuses some of them, and they are then left out (`loadAccepted`). */
export function wildRuleset(random: Random): string {
  const drops = random.pick([0.03, 0.1, 0.2])
  const count = random.pick([1, 1, 1, 2, 3])
  return Array.from({ length: count }, (_, index) => wildTable(random, `t${index}`, drops).join('\n')).join('\n')
}

function wildTable(random: Random, name: string, drops: number): string[] {
  const contents = pickContents(random, name)
  const chains = pickChains(random, contents)
  return [
    `add table ${contents.table}`,
    ...objects(random, contents),
    ...contents.regularChains.map((chain) => `add chain ${contents.table} ${chain}`),
    ...chains.map((chain) => chainLine(random, contents, chain, drops)),
    ...chains.flatMap((chain) => assignments(random, contents, chain)),
    ...regularPlaces(random, contents).flatMap((chain) => rules(random, contents, chain, drops)),
    ...chains.filter(({ name }) => name !== 'bh').flatMap((chain) => rules(random, contents, chain, drops)),
  ]
}

function pickContents(random: Random, name: string): TableContents {
  const family: TableFamily = random.pick(['inet', 'inet', 'ip', 'ip6'])
  const possible = assignedHelpers.filter(({ isIpv4Only }) => family !== 'ip6' || !isIpv4Only)
  const some = random.sample(possible, random.pick([0, 2, 4]))
  const withFtp = random.chance(0.7) ? [...possible.filter((helper) => helper.name === 'ftp'), ...some] : some
  return {
    family,
    table: `${family} ${name}`,
    helpers: [...new Set(withFtp)],
    expectations: random.sample(['tcp', 'udp'] as const, random.pick([0, 0, 0, 1, 2])),
    hasTimeout: random.chance(0.2),
    regularChains: Array.from({ length: random.integer(0, 3) }, (_, index) => `r${index}`),
  }
}

function objects(random: Random, { family, table, helpers, expectations, hasTimeout }: TableContents): string[] {
  const layer3 = family === 'ip6' ? 'ip6' : 'ip'
  const [protocol, state, seconds] = random.pick([
    ['tcp', 'established', 1000],
    ['udp', 'unreplied', 77],
    ['tcp', 'syn_sent', 66],
  ] as const)
  return [
    `add counter ${table} c0`,
    `add set ${table} dyn4 { type ipv4_addr; flags dynamic,timeout; size 100; }`,
    `add set ${table} dync { type ipv4_addr . inet_service; flags dynamic; size 100; }`,
    `add set ${table} s4 { type ipv4_addr; flags interval; elements = { 192.168.1.0/25, 198.51.100.5, 10.0.0.0-10.0.0.77 } ; }`,
    `add set ${table} sp { type inet_proto . inet_service; flags interval; elements = { tcp . 20-25, udp . 53, tcp . 80 } ; }`,
    `add set ${table} st { type ipv4_addr; flags timeout; elements = { 192.168.1.10 timeout 1h, 198.51.100.9 } ; }`,
    ...helpers.map((helper) => declareHelper(table, helper, family)),
    ...expectations.map(
      (each) =>
        `add ct expectation ${table} e_${each} { protocol ${each}; dport ${random.pick([...tcpPorts, ...udpPorts])}; timeout 1h; size ${random.integer(1, 5)}; l3proto ${layer3}; }`,
    ),
    ...(hasTimeout
      ? [`add ct timeout ${table} to0 { protocol ${protocol}; policy = { ${state}: ${seconds} } ; }`]
      : []),
  ]
}

const hooksOfType: Readonly<Record<ChainType, readonly HookName[]>> = {
  filter: ['prerouting', 'input', 'forward', 'forward', 'output', 'postrouting'],
  nat: ['prerouting', 'prerouting', 'postrouting', 'postrouting', 'output', 'input'],
  route: ['output'],
}

function pickChains(random: Random, { helpers }: TableContents): ChainPlace[] {
  const chains: ChainPlace[] = Array.from({ length: random.integer(1, 5) }, (_, index) => {
    const type: ChainType = random.pick(['filter', 'filter', 'filter', 'nat', 'nat', 'route'])
    const hook = random.pick(hooksOfType[type])
    return { name: `b${index}`, type, hook, priority: priorityOf(random, type, hook) }
  })
  const isAssigning = helpers.length > 0 && random.chance(0.75)
  return isAssigning ? [{ name: 'bh', type: 'filter', hook: 'prerouting', priority: -50 }, ...chains] : chains
}

function priorityOf(random: Random, type: ChainType, hook: HookName): number {
  if (type === 'filter') return random.pick([-300, -300, -150, -10, 0, 0, 0, 10, 100])
  if (type === 'route') return -150
  return hook === 'prerouting' || hook === 'output' ? -100 : 100
}

/** Chains without a hook are reached from any; what is random about them is what their rules may say. */
const regularPlaces = (random: Random, { regularChains }: TableContents): ChainPlace[] =>
  regularChains.map((name) => ({
    name,
    type: 'filter',
    hook: random.pick(['prerouting', 'forward', 'postrouting'] as const),
    priority: 0,
  }))

function chainLine(random: Random, { table }: TableContents, chain: ChainPlace, drops: number): string {
  const { name, type, hook, priority } = chain
  const mayDrop = type === 'filter' && (hook === 'input' || hook === 'forward')
  const policy = mayDrop && random.chance(drops) ? 'drop' : 'accept'
  return `add chain ${table} ${name} { type ${type} hook ${hook} priority ${priority}; policy ${policy}; }`
}

function assignments(random: Random, { table, helpers }: TableContents, chain: ChainPlace): string[] {
  const isUseful =
    chain.name === 'bh' ||
    (chain.type === 'filter' && chain.hook === 'prerouting' && chain.priority > -200 && random.chance(0.5))
  if (!isUseful) return []
  return helpers.map(
    (helper) =>
      `add rule ${table} ${chain.name} meta l4proto ${helper.protocol} th dport ${helper.port} ct helper set "${objectName(helper)}"`,
  )
}

function rules(random: Random, contents: TableContents, chain: ChainPlace, drops: number): string[] {
  const count = chain.type === 'nat' ? random.integer(1, 3) : random.integer(0, 5)
  return Array.from({ length: count }, () => {
    const subject = pickSubject(random, contents.family)
    const layer3 = subject.layer3 ?? (chain.type === 'nat' ? random.pick([4, 6] as const) : null)
    const context: RuleContext = { random, contents, chain, ...subject, layer3, drops }
    return `add rule ${contents.table} ${chain.name} ${wildRule(context)}`
  })
}

function wildRule(context: RuleContext): string {
  const { random, chain, layer4 } = context
  if (chain.type === 'nat' && random.chance(0.75)) return translatingRule(context)
  const parts = [familyMatch(context, 0.6), layer4 === null ? '' : `meta l4proto ${layer4}`]
  for (let count = random.pick([0, 1, 1, 1, 2, 2, 3]); count > 0; count--) parts.push(pickMatch(context))
  const choice = random.next()
  if (choice < 0.12) return joined([...parts, pickVerdictMap(context)])
  if (random.chance(0.5)) parts.push('counter')
  if (choice < 0.4) parts.push(pickStatement(context))
  const mayReject = chain.type === 'filter' && chain.hook !== 'postrouting'
  if (choice > 0.92 && mayReject) return joined([...parts, pickReject(context)])
  if (choice > 0.3) parts.push(pickVerdict(context))
  return joined(parts) || 'counter'
}

function translatingRule(context: RuleContext): string {
  const { random, layer4 } = context
  return joined([
    familyMatch(context, 1),
    layer4 === null ? '' : `meta l4proto ${layer4}`,
    random.chance(0.6) ? pickMatch(context) : '',
    random.chance(0.3) ? 'counter' : '',
    pickTranslation(context),
  ])
}

function familyMatch({ random, contents: { family }, layer3 }: RuleContext, probability: number): string {
  if (family !== 'inet' || layer3 === null || !random.chance(probability)) return ''
  return `meta nfproto ipv${layer3}`
}

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ')
