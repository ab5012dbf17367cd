/** Rulesets as people write them for a gateway: helpers assigned by port, source and destination translation, a stateful filter. */

import type { Random } from '../random.ts'
import { box, hosts } from '../topology.ts'
import { type AssignedHelper, declareHelper, objectName } from './helpers.ts'

export interface GatewayOptions {
  readonly helpers: readonly AssignedHelper[]
  /** How often there is source translation towards the wan, 0 to 1; 0.75 when left out. */
  readonly translates?: number
  /** More lines, behind the table and its chains `pre`, `raw`, `forward`, `input`, `out`, `destination`, `source`. */
  readonly more?: readonly string[]
}

export const GATEWAY = 'inet gateway'

/** Lines of nft commands. */
export function gatewayRuleset(random: Random, { helpers, translates = 0.75, more = [] }: GatewayOptions): string {
  return [
    `add table ${GATEWAY}`,
    ...helpers.map((helper) => declareHelper(GATEWAY, helper, 'inet')),
    `add chain ${GATEWAY} raw { type filter hook prerouting priority -300; }`,
    `add chain ${GATEWAY} pre { type filter hook prerouting priority ${random.pick([-150, -50, 0])}; }`,
    `add chain ${GATEWAY} out { type filter hook output priority 0; }`,
    `add chain ${GATEWAY} forward { type filter hook forward priority 0; policy ${random.pick(['accept', 'accept', 'drop'])}; }`,
    `add chain ${GATEWAY} input { type filter hook input priority 0; }`,
    `add chain ${GATEWAY} destination { type nat hook prerouting priority -100; }`,
    `add chain ${GATEWAY} source { type nat hook postrouting priority 100; }`,
    ...helpers.flatMap((helper) => assignments(random, helper)),
    ...filterRules(random),
    ...(random.chance(0.35) ? [destinationRule(random, helpers)] : []),
    ...(random.chance(translates) ? [sourceRule(random)] : []),
    ...more,
  ].join('\n')
}

function assignments(random: Random, helper: AssignedHelper): string[] {
  const name = objectName(helper)
  const rule = (chain: string): string =>
    `add rule ${GATEWAY} ${chain} ${helper.protocol} dport ${helper.port} ct helper set "${name}"`
  // Helpers of broadcasts are about what the box itself asks.
  const isOfBroadcasts = helper.name === 'netbios-ns' || helper.name === 'snmp'
  return isOfBroadcasts || random.chance(0.3) ? [rule('pre'), rule('out')] : [rule('pre')]
}

function filterRules(random: Random): string[] {
  const forward = [
    'ct state established,related accept',
    'ct state established accept',
    'ct state related counter accept',
    random.pick(['ct state invalid drop', 'ct state invalid counter']),
    'ct helper "ftp" ct state related counter',
    'ct status expected counter',
    'ct status dnat counter accept',
  ]
  return [
    ...random.sample(forward, random.integer(0, forward.length)),
    'iifname "lan" accept',
    random.pick(['ct state new counter', 'ct state related accept', 'iifname "dmz" accept']),
    random.pick(['ct state established,related accept', 'accept', 'counter']),
  ].map((rule) => `add rule ${GATEWAY} forward ${rule}`)
}

function destinationRule(random: Random, helpers: readonly AssignedHelper[]): string {
  const helper = helpers.length > 0 ? random.pick(helpers) : { protocol: 'tcp', port: 80 }
  const match = `iifname "wan" meta nfproto ipv4 ${helper.protocol} dport ${helper.port}`
  const target = random.pickFrom(
    () => `dnat ip to ${random.pick(hosts[4].lan)}`,
    () => `dnat ip to ${random.pick(hosts[4].dmz)}`,
    () => `dnat ip to ${random.pick(hosts[4].lan)}:${helper.port}`,
    () => 'dnat ip prefix to 192.168.1.0/24',
  )
  return `add rule ${GATEWAY} destination ${match} ${target}`
}

function sourceRule(random: Random): string {
  const statement = random.pickWeighted([
    [6, 'masquerade'],
    [3, `meta nfproto ipv4 snat ip to ${box[4].wan}`],
    [2, 'meta nfproto ipv4 snat ip to 203.0.113.2'],
    [1, 'meta nfproto ipv4 snat ip to 203.0.113.1-203.0.113.2'],
    [1, 'meta nfproto ipv4 snat ip prefix to 203.0.113.0/24'],
    [1, `meta nfproto ipv6 snat ip6 to ${box[6].wan}`],
  ])
  return `add rule ${GATEWAY} source oifname "wan" ${statement}`
}
