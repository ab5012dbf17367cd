/** `KEY vmap { VALUE : VERDICT, ... }`. */

import type { LowerStatement } from './statement.ts'

export const lower: LowerStatement<'verdict-map'> = (node, scope) => {
  const key = scope.value(node.key, null)
  return [{ kind: 'verdict-map', key: key.value, map: scope.setFor(node.map, key, { kind: 'verdict' }) }]
}
