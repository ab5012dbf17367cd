/** A judgment of a shard under the numbers that a single worker would have given. */

import type { Because, Judgment } from '../judgment.ts'
import type { ShardNumbers } from './numbering.ts'

export const renumbered = (judgment: Judgment, numbers: ShardNumbers): Judgment => ({
  ...judgment,
  n: numbers.packet(judgment.n),
  entry: judgment.entry === null ? null : numbers.entry(judgment.entry),
  because: renumberedBecause(judgment.because, numbers),
})

function renumberedBecause(because: Because, numbers: ShardNumbers): Because {
  if (because.kind === 'icmp-error') {
    const { entry, packet } = because.about
    return { ...because, about: { entry: numbers.entry(entry), packet: numbers.packet(packet) } }
  }
  if (because.kind === 'expectation')
    return { ...because, master: numbers.entry(because.master), packet: numbers.packet(because.packet) }
  return because
}
