/** Random ends of rules: verdicts, verdict maps, rejects. */

import type { RuleContext } from './context.ts'

export function pickVerdict({ random, contents, chain, drops }: RuleContext): string {
  // Jumps go from hooks to any chain, and from a chain to later ones, so that there is no ring.
  const isRegular = contents.regularChains.includes(chain.name)
  const later = contents.regularChains.filter((name) => !isRegular || name > chain.name)
  return random.pickWeighted<() => string>([
    [30, () => 'accept'],
    [100 * drops, () => 'drop'],
    [20, () => 'return'],
    [later.length > 0 ? 22 : 0, () => `${random.pick(['jump', 'jump', 'goto'])} ${random.pick(later)}`],
    [3, () => 'continue'],
    [17, () => 'accept'],
  ])()
}

export function pickVerdictMap(context: RuleContext): string {
  const { random, layer3, layer4 } = context
  const v = (): string => pickVerdict(context)
  const ways: (() => string)[] = [
    () => `ct state vmap { established : ${v()}, related : ${v()}, invalid : ${v()} }`,
    () => `ct direction vmap { original : ${v()}, reply : ${v()} }`,
    () => `iifname vmap { "lan" : ${v()}, "wan" : ${v()} }`,
    () => `meta l4proto vmap { tcp : ${v()}, udp : ${v()}, icmp : ${v()} }`,
    () => `meta mark vmap { 0 : ${v()}, 1-9 : ${v()} }`,
  ]
  if (layer3 === 4)
    ways.push(
      () => `ip saddr vmap { 192.168.1.0/24 : ${v()}, 198.51.100.5 : ${v()} }`,
      () => `ip daddr . meta l4proto vmap { 198.51.100.5 . tcp : ${v()}, 198.51.100.5 . udp : ${v()} }`,
      () => `ct state . ip saddr vmap { new . 192.168.1.10 : ${v()}, established . 198.51.100.5 : ${v()} }`,
    )
  if (layer4 === 'tcp' || layer4 === 'udp')
    ways.push(() => `${layer4} dport vmap { 21 : ${v()}, 53 : ${v()}, 80-443 : ${v()}, 4000 : ${v()} }`)
  if (layer4 === 'tcp') ways.push(() => `tcp flags & (syn|ack) vmap { syn : ${v()}, ack : ${v()}, syn|ack : ${v()} }`)
  return random.pick(ways)()
}

const icmpReasons = [
  'net-unreachable',
  'host-unreachable',
  'prot-unreachable',
  'port-unreachable',
  'net-prohibited',
  'host-prohibited',
  'admin-prohibited',
]
const icmpv6Reasons = [
  'no-route',
  'admin-prohibited',
  'addr-unreachable',
  'port-unreachable',
  'policy-fail',
  'reject-route',
]

export function pickReject({ random, contents: { family }, layer3, layer4 }: RuleContext): string {
  const ways: string[] = ['reject']
  if (family === 'inet')
    ways.push(
      `reject with icmpx ${random.pick(['port-unreachable', 'no-route', 'host-unreachable', 'admin-prohibited'])}`,
    )
  if (family === 'ip' || layer3 === 4) ways.push(`reject with icmp ${random.pick(icmpReasons)}`)
  if (family === 'ip6' || layer3 === 6) ways.push(`reject with icmpv6 ${random.pick(icmpv6Reasons)}`)
  if (layer4 === 'tcp') ways.push('reject with tcp reset', 'reject with tcp reset')
  return random.pick(ways)
}
