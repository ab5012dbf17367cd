/** Verdicts as nft's JSON. */

import type { Verdict } from '../../model/rules/index.ts'
import type { Json } from './json.ts'

export function verdictJson(verdict: Verdict): Json {
  switch (verdict.kind) {
    case 'jump':
    case 'goto':
      return { [verdict.kind]: { target: verdict.chain } }
    case 'queue': {
      const num = verdict.from === verdict.to ? verdict.from : { range: [verdict.from, verdict.to] }
      return { queue: { num, ...(verdict.bypass ? { flags: 'bypass' } : {}) } }
    }
    default:
      return { [verdict.kind]: null }
  }
}
