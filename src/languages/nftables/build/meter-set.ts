/** The dynamic set that a meter is; meters of one name share it. */

import type { StatementOf } from '../ast.ts'
import { refuse } from '../refusal.ts'
import type { DataType } from '../symbols/datatype.ts'
import { emptySet } from './anonymous-set.ts'
import type { SetState, TableState } from './table-state.ts'

export function meterSet(table: TableState, node: StatementOf<'meter'>, types: readonly DataType[]): SetState {
  const known = table.sets.get(node.name)
  if (known) {
    const isSame =
      known.isDynamic && known.keyTypes.map((type) => type.name).join() === types.map((type) => type.name).join()
    if (isSame) return known
    return refuse('nft-exists', node.span, `${node.name} is a set of another kind already`, {
      related: [{ span: known.source, message: 'declared here' }],
    })
  }
  const set: SetState = {
    ...emptySet(table, node.name, types, node.span),
    isDynamic: true,
    hasTimeout: node.element.timeout !== null,
    size: node.size,
  }
  table.sets.set(node.name, set)
  return set
}
