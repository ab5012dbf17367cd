/** Flows in conntrack zones: by interface, by address, and different ones for the two directions. */

import { echo } from '../flows/echo.ts'
import { ftp } from '../flows/ftp.ts'
import { tcp } from '../flows/tcp.ts'
import { tftp } from '../flows/tftp.ts'
import { udp } from '../flows/udp.ts'
import type { Random } from '../random.ts'
import { GATEWAY, gatewayRuleset } from '../rulesets/gateway.ts'
import { assignedHelpers } from '../rulesets/helpers.ts'
import { type Kind, pickSysctls } from './kind.ts'

export const zones: Kind = {
  name: 'zones',
  weight: 2,
  plan: (random) => ({
    ruleset: gatewayRuleset(random, {
      helpers: assignedHelpers.filter(({ name }) => name === 'ftp' || name === 'tftp'),
      translates: 0.5,
      more: Array.from({ length: random.integer(1, 4) }, () => zoneRule(random)),
    }),
    sysctls: pickSysctls(random),
    flows: Array.from({ length: random.integer(2, 5) }, () => random.pick([tcp, udp, echo, ftp, tftp])),
    abuse: random.pick([0, 0.05, 0.15]),
  }),
}

function zoneRule(random: Random): string {
  const zone = random.integer(0, 3)
  const set = random.pickWeighted([
    [3, `ct zone set ${zone}`],
    [3, `ct original zone set ${zone}`],
    [2, `ct reply zone set ${zone}`],
    [1, 'ct zone set iifname map { "lan" : 1, "wan" : 2 }'],
    [1, `ct original zone set ${zone} ct reply zone set ${random.integer(0, 3)}`],
  ])
  const match = random.pick([
    'iifname "lan"',
    'iifname "wan"',
    'ip saddr 192.168.1.10',
    'ip daddr 203.0.113.0/24',
    'meta l4proto udp',
    'tcp dport 21',
    'iifname { "lan", "wan" }',
  ])
  const chain = random.chance(0.85) ? 'raw' : 'out'
  return `add rule ${GATEWAY} ${chain} ${match} ${set}`
}
