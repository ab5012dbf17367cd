/** Random statements that change something: marks, labels, zones, helpers, header fields, sets. */

import type { RuleContext } from './context.ts'
import { objectName } from './helpers.ts'

const CONNTRACK_PRIORITY = -200

export function pickStatement(context: RuleContext): string {
  return context.random.pick([...general(context), ...conntrackStatements(context), ...mangling(context)])
}

function general({ random, layer3 }: RuleContext): string[] {
  const common = [
    'counter',
    'counter name c0',
    `meta mark set ${random.integer(0, 7)}`,
    random.pick(['meta mark set meta mark | 0x10', 'meta mark set ct mark', 'meta mark set meta mark & 0xf ^ 0x3']),
  ]
  const sets = [
    'add @dyn4 { ip saddr }',
    'update @dyn4 { ip daddr timeout 1h }',
    'add @dync { ip saddr . th dport }',
    'update @dyn4 { ip saddr counter }',
    'delete @dyn4 { ip saddr }',
  ]
  return layer3 === 4 ? [...common, random.pick(sets), random.pick(sets)] : common
}

/** Zones and notrack before conntrack, the rest behind it. */
function conntrackStatements({ random, contents, chain, layer3, layer4 }: RuleContext): string[] {
  const isFirst = chain.hook === 'prerouting' || chain.hook === 'output'
  if (isFirst && chain.priority < CONNTRACK_PRIORITY)
    return ['notrack', 'notrack', `ct zone set ${random.integer(0, 2)}`, 'ct original zone set 1']
  const mark = [
    random.pick([`ct mark set ${random.integer(0, 7)}`, 'ct mark set meta mark', 'ct mark set ct mark | 0x4']),
    'ct label set 5',
  ]
  const helpers = contents.helpers
    .filter(({ protocol }) => protocol === layer4 && chain.type === 'filter')
    .map((helper) => `ct helper set "${objectName(helper)}"`)
  const expectations = contents.expectations
    .filter((protocol) => protocol === layer4 && layer3 !== 6)
    .map((protocol) => `ct expectation set "e_${protocol}"`)
  const timeouts = contents.hasTimeout ? ['ct timeout set "to0"'] : []
  return [...mark, ...helpers, ...expectations, ...timeouts]
}

function mangling({ random, layer3, layer4 }: RuleContext): string[] {
  const ways: string[] = []
  if (layer3 === 4) ways.push(`ip dscp set cs${random.integer(0, 7)}`, `ip ttl set ${random.integer(1, 200)}`)
  if (layer3 === 6) ways.push(`ip6 hoplimit set ${random.integer(1, 200)}`, 'ip6 dscp set cs2')
  if (layer4 === 'tcp')
    ways.push(
      `tcp option maxseg size set ${random.pick([536, 1200])}`,
      random.pick(['tcp dport set 8080', 'reset tcp option timestamp']),
    )
  if (layer4 === 'udp') ways.push('udp sport set 5353')
  return ways
}
