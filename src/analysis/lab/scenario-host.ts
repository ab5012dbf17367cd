/** The host that a scenario describes, as the model's configuration. */

import { InvariantError, type Prefix, parseAddress, parsePrefix } from '../../model/bytes/index.ts'
import type { HostConfiguration, RouteKind } from '../../model/host/index.ts'
import { Protocol } from '../../model/packet/index.ts'
import type { Scenario } from './format.ts'
import { DEFAULT_MTU, quietSysctls } from './quiet-sysctls.ts'

/** By the kernel's RTN number. */
const routeKinds: Readonly<Record<number, RouteKind>> = {
  1: 'unicast',
  2: 'local',
  3: 'broadcast',
  4: 'anycast',
  5: 'multicast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
}

/** The scenario was checked: its addresses are ones. */
export function scenarioHost(scenario: Scenario): HostConfiguration {
  return {
    interfaces: Object.entries(scenario.interfaces).map(
      ([name, { addr4 = [], addr6 = [], broadcast = {}, mtu = DEFAULT_MTU }]) => ({
        name,
        addresses: [...addr4, ...addr6].map((text) => {
          const given = broadcast[text]
          return given === undefined ? prefix(text) : { ...prefix(text), broadcast: address(given) }
        }),
        mtu,
        mac: null,
        group: 0,
      }),
    ),
    routes: (scenario.routes ?? []).map(({ dst, via, dev, type }) => ({
      to: prefix(dst),
      via: via === undefined ? null : address(via),
      device: dev ?? null,
      type: routeKinds[type ?? 1] ?? 'unicast',
    })),
    isForwarding: { 4: true, 6: true },
    sysctls: scenarioSysctls(scenario),
    listening: (scenario.udp_sockets ?? []).map(({ addr, port }) => ({
      protocol: Protocol.udp,
      port,
      address: address(addr),
    })),
  }
}

export const scenarioSysctls = (scenario: Scenario): Readonly<Record<string, string | number>> => ({
  ...quietSysctls,
  'net.ipv6.conf.all.forwarding': 1,
  ...scenario.sysctls,
})

/** The box's own addresses as results list them. */
export const scenarioAddresses = (scenario: Scenario): string[] =>
  Object.values(scenario.interfaces).flatMap(({ addr4 = [], addr6 = [] }) =>
    [...addr4, ...addr6].map((text) => text.split('/')[0] ?? ''),
  )

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text)
  if (!parsed) throw new InvariantError(`not an address block: ${text}`)
  return parsed
}

function address(text: string): Uint8Array {
  const parsed = parseAddress(text)
  if (!parsed) throw new InvariantError(`not an address: ${text}`)
  return parsed
}
