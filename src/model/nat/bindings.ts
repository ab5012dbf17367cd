/** What connections are translated to, settled while they only live on their first packet (Linux nf_nat_setup_info). */

import type { Conntrack, Tuple } from '../conntrack/index.ts'
import { invertTuple, makeTuple, Status, Word } from '../conntrack/index.ts'
import { HookVerdict, type HookVerdictNumber } from '../packet/index.ts'
import { Choice } from './choice.ts'
import { changedBit, settledBit, Translated, type TranslatedNumber } from './halves.ts'
import { makeRange, type NatRange } from './range.ts'

export class Bindings {
  private readonly conntrack: Conntrack
  private readonly choice: Choice
  private readonly current: Tuple = makeTuple()
  private readonly inverse: Tuple = makeTuple()
  private readonly asItIs: NatRange = { ...makeRange(), hasAddresses: true }

  constructor(conntrack: Conntrack, random: () => number) {
    this.conntrack = conntrack
    this.choice = new Choice(conntrack, random)
  }

  /** Whether this half of the connection's translation is settled already. */
  isSettled(entry: number, half: TranslatedNumber): boolean {
    return (this.conntrack.status(entry) & settledBit(half)) !== 0
  }

  /** Translates one half into the range. A connection in the table stays as it is. */
  settle(entry: number, range: NatRange, half: TranslatedNumber): HookVerdictNumber {
    const { conntrack, current, choice } = this
    if ((conntrack.status(entry) & Status.confirmed) !== 0) return HookVerdict.accept
    if (this.isSettled(entry, half)) return HookVerdict.drop
    const kind = conntrack.words[entry + Word.kind]!
    conntrack.copyTuple(entry, 1, this.inverse)
    invertTuple(this.inverse, kind, current)
    choice.make(entry, current, range, half)
    if (
      !isSame(choice.tuple, current, conntrack.family(entry)) ||
      isMappedOntoItself(range, half, conntrack.family(entry))
    ) {
      invertTuple(choice.tuple, kind, this.inverse)
      conntrack.alterReply(entry, this.inverse)
      conntrack.addStatus(entry, changedBit(half))
    }
    if (half === Translated.source) conntrack.bySource.add(entry)
    conntrack.addStatus(entry, settledBit(half))
    return HookVerdict.accept
  }

  /** No rule asks for anything: the address stays, and the port if answers would not be mistaken for another's. */
  settleAsItIs(entry: number, half: TranslatedNumber): HookVerdictNumber {
    const { conntrack, asItIs } = this
    const which = half === Translated.source ? 1 : 0
    conntrack.addressWords(entry, 1, which, asItIs.minimumAddress, 0)
    conntrack.addressWords(entry, 1, which, asItIs.maximumAddress, 0)
    return this.settle(entry, asItIs, half)
  }
}

/** The kernel calls an IPv4 destination translated that `dnat prefix` maps onto itself; a source, or one of IPv6, it does not. */
const isMappedOntoItself = (range: NatRange, half: TranslatedNumber, family: 4 | 6): boolean =>
  range.isNetmap && half === Translated.destination && family === 4

function isSame(a: Tuple, b: Tuple, family: 4 | 6): boolean {
  for (let i = family === 6 ? 8 : 2; i >= 0; i--) if (a[i] !== b[i]) return false
  return true
}
