/**
 * What nft 1.0.6 does to the matches of a rule before it sends them: neighbouring fields of one header become one comparison, and
 * `meta protocol` is left out where the table's family says the same. The listing shows the order that comes of it; the machine runs
 * what the rule says.
 */

import type { Family, Statement } from '../../model/rules/index.ts'
import { mergedComparisons } from '../nftables/index.ts'

export function mergeMatches(statements: readonly Statement[], family: Family): Statement[] {
  const result: (Statement | null)[] = statements.map((statement, index) =>
    isSaidByFamily(statement, family) && index < statements.length - 1 ? null : statement,
  )
  for (const { members, kept, comparison } of mergedComparisons(statements)) {
    const place = result[kept]
    for (const member of members) result[member] = null
    if (place) result[kept] = { ...comparison, text: place.text, source: place.source }
  }
  return result.filter((statement) => statement !== null)
}

const etherTypeOf: Readonly<Partial<Record<Family, number>>> = { ip: 0x0800, ip6: 0x86dd }

const isSaidByFamily = (statement: Statement, family: Family): boolean =>
  statement.kind === 'compare' &&
  statement.operator === '==' &&
  statement.left.kind === 'meta' &&
  statement.left.key === 'protocol' &&
  statement.right[0] === etherTypeOf[family]
