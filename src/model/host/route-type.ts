/** Types of routes and addresses; the numbers are the kernel's RTN_*. */

import type { RouteKind } from './configuration.ts'

export const RouteType = {
  unspecified: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
} as const

export type RouteTypeNumber = (typeof RouteType)[keyof typeof RouteType]

export const routeTypeOf = (kind: RouteKind): RouteTypeNumber => RouteType[kind]

/** Whether packets for such a destination go somewhere at all. */
export const isUsable = (type: RouteTypeNumber): boolean => type >= RouteType.unicast && type <= RouteType.multicast
