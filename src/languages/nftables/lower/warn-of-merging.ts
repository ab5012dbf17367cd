/** Warns where nft 1.0.6 loads something else than the rule says, because it joins comparisons. The machine runs what the rule says. */

import type { Statement } from '../../../model/rules/index.ts'
import { type Diagnostic, diagnosticOf } from '../../diagnostics/index.ts'
import { isMatch, type Merged, mergedComparisons } from './merged-comparisons.ts'

/** Joining does no harm where all are equalities and nothing but matches stands between them. */
export function warnOfMerging(statements: readonly Statement[]): Diagnostic[] {
  return mergedComparisons(statements).flatMap((merged) => {
    const change = changeOf(merged, statements)
    const members = [...merged.members].sort((a, b) => a - b).flatMap((index) => statements[index] ?? [])
    const last = members.at(-1)
    if (change === null || !last) return []
    return diagnosticOf('nft-merged-comparison', last.source, `nft 1.0.6 ${change.what}`, {
      severity: 'warning',
      related: members.slice(0, -1).map(({ source }) => ({ span: source, message: 'it joins this one with it' })),
      hint: change.hint,
    })
  })
}

function changeOf(merged: Merged, statements: readonly Statement[]): { what: string; hint: string } | null {
  if (merged.comparison.operator === '!=') {
    return {
      what: 'joins comparisons of neighbouring fields: this rule then matches unless all of them are equal',
      hint: 'a range (5-5 for 5) is not joined',
    }
  }
  if (merged.hasFlagTest) {
    return {
      what: 'joins comparisons of neighbouring fields: this rule then asks for these flags and no others',
      hint: 'a test with a mask (tcp flags & syn != 0) is not joined',
    }
  }
  if (!statements.slice(Math.min(...merged.members), Math.max(...merged.members)).some((one) => !isMatch(one)))
    return null
  return {
    what: 'joins comparisons of neighbouring fields, across what the rule does between them: that is then done to other packets',
    hint: 'write all matches before the first statement',
  }
}
