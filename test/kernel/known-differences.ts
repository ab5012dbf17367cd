/** Packets of the recordings in which the model still differs from the kernel, and why. An entry that is no longer true fails the test. */

export interface KnownDifference {
  /** Name of the scenario. */
  readonly scenario: string
  /** Indexes from 0 of the packets whose `out` or `ct` differ. */
  readonly packets: readonly number[]
  /** The row of docs/fidelity.md, "Differences that are left". */
  readonly reason: string
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

export const knownDifferences: readonly KnownDifference[] = [
  { scenario: 'engine-1-icmp4local', packets: [13], reason: 'D1' },
  { scenario: 'engine-3-opts4', packets: [...range(72, 83), ...range(96, 101), ...range(210, 215)], reason: 'D1' },
  { scenario: 'engine-3-opts4 srcroute', packets: range(0, 17), reason: 'D2' },
  { scenario: 'engine-3-local', packets: [20, 48], reason: 'D3' },
  { scenario: 'engine-3-nofwd lan', packets: [5], reason: 'D4' },
  { scenario: 'engine-4-expire', packets: [6], reason: 'D5' },
  { scenario: 'engine-5-rejpre', packets: [4, 12, 17, 18, 20, 28, 60, 68, 73, 74, 76, 84], reason: 'D6' },
  { scenario: 'engine-5-rejpretcp', packets: range(72, 79), reason: 'D6' },
]
