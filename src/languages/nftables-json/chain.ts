/** Chains as nft's JSON. */

import { Hook } from '../../model/packet/index.ts'
import type { Chain, Table } from '../../model/rules/index.ts'
import type { Json } from './json.ts'

export function chainJson({ base, handle, name }: Chain, { family, name: table }: Table): Json {
  const common = { family, table, name, handle }
  if (base === null) return { chain: common }
  const hook = Object.entries(Hook).find(([, number]) => number === base.hook)?.[0] ?? ''
  return { chain: { ...common, type: base.type, hook, prio: base.priority, policy: base.policy } }
}
