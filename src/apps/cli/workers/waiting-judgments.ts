/** Judgments that wait, run by run, for the numbers of their packets and entries. */

import { type Judgment, PacketNumbers, renumbered, ShardNumbers } from '../../../analysis/replay/index.ts'
import { listerFor } from './lister.ts'
import type { LinesOfRun, Listing, NumbersOfRun } from './messages.ts'

export class WaitingJudgments {
  readonly #line: (judgment: Judgment) => string | null
  readonly #packets: PacketNumbers = new PacketNumbers()
  readonly #numbers: ShardNumbers = new ShardNumbers(this.#packets)
  readonly #runs: Judgment[][] = [[]]

  constructor(listing: Listing) {
    this.#line = listerFor(listing)
  }

  add(judgment: Judgment): void {
    this.#runs.at(-1)?.push(judgment)
  }

  endRun(): void {
    this.#runs.push([])
  }

  /** Ended runs without numbers. */
  get waiting(): number {
    return this.#runs.length - 1
  }

  /** The lines of the oldest run. */
  list({ judged, entries }: NumbersOfRun): LinesOfRun {
    this.#packets.add(judged)
    this.#numbers.add(entries)
    const lines: string[] = []
    const numbers: number[] = []
    for (const judgment of this.#runs.shift() ?? []) {
      const numbered = renumbered(judgment, this.#numbers)
      const line = this.#line(numbered)
      if (line === null) continue
      lines.push(line)
      numbers.push(numbered.n)
    }
    const lengths = Int32Array.from(lines, (line) => line.length)
    return { kind: 'lines', text: lines.join(''), numbers: Float64Array.from(numbers), lengths }
  }
}
