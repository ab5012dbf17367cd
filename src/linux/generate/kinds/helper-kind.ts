/** One protocol with its helper on a gateway, among a little other traffic. */

import type { Flow } from '../flow.ts'
import { tcp } from '../flows/tcp.ts'
import { udp } from '../flows/udp.ts'
import type { Random } from '../random.ts'
import { gatewayRuleset } from '../rulesets/gateway.ts'
import { assignedHelpers } from '../rulesets/helpers.ts'
import { wildRuleset } from '../rulesets/wild.ts'
import { type Kind, type Plan, pickSysctls } from './kind.ts'

export interface HelperKindOptions {
  /** The kernel's names of the helpers that the rules assign; none for a protocol without helper. */
  readonly helpers: readonly string[]
  readonly flow: Flow
  /** 1 when left out. */
  readonly weight?: number
}

export const helperKind = (name: string, { helpers, flow, weight = 1 }: HelperKindOptions): Kind => ({
  name,
  weight,
  plan: (random) => helperPlan(random, helpers, flow),
})

function helperPlan(random: Random, names: readonly string[], flow: Flow): Plan {
  const helpers = assignedHelpers.filter((helper) => names.includes(helper.name))
  const gateway = gatewayRuleset(random, { helpers })
  const others = Array.from({ length: random.integer(0, 1) }, () => random.pick([tcp, udp]))
  return {
    ruleset: random.chance(0.15) ? `${gateway}\n${wildRuleset(random)}` : gateway,
    sysctls: pickSysctls(random),
    flows: random.shuffled([...Array.from({ length: random.integer(1, 4) }, () => flow), ...others]),
    abuse: random.pick([0, 0, 0.03, 0.08, 0.15]),
  }
}
