/** What several shards found as one replay: what a single worker would have found, or the reason why that cannot be said. */

import { addFindings, type Findings, summaryOf } from '../findings.ts'
import type { FlowRow, FlowTable } from '../flow-table.ts'
import type { Replayed } from '../replayed.ts'
import type { RuleIndex } from '../rule-index.ts'
import type { CaptureSummary, Summary } from '../summary.ts'
import { mergeFlows } from './merge-flows.ts'
import type { ShardNumbers } from './numbering.ts'
import type { ShardResult } from './shard-replay.ts'

export class MergedReplay implements Replayed {
  readonly rules: RuleIndex
  readonly #findings: Findings
  readonly #flows: FlowTable

  constructor(rules: RuleIndex, findings: Findings, flows: FlowTable) {
    this.rules = rules
    this.#findings = findings
    this.#flows = flows
  }

  get packets(): number {
    return this.#findings.tally.packets
  }

  flowsInTrouble(most: number): FlowRow[] {
    return this.#flows.inTrouble(most)
  }

  *readFlows(): IterableIterator<FlowRow> {
    for (let row = 1; row <= this.#flows.count; row++) yield this.#flows.read(row)
  }

  summary(captures: readonly CaptureSummary[]): Summary {
    return summaryOf(this.#findings, this.rules, captures)
  }
}

/** `numbers`: of each shard. A text: why the shards are not independent. */
export function mergeShards(
  shards: readonly ShardResult[],
  numbers: readonly ShardNumbers[],
  rules: RuleIndex,
): MergedReplay | string {
  const flows = mergeFlows(
    shards.map((shard) => shard.flows),
    numbers,
  )
  if (flows === null) return 'ICMP errors about unknown connections are counted together'
  const findings = addFindings(
    shards.map((shard) => shard.findings),
    { count: flows.flows.count, refused: flows.refused },
  )
  return new MergedReplay(rules, findings, flows.flows)
}
