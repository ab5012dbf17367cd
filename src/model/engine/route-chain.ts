/** Chains of type route on output: the packet is routed again when they changed what routing looks at (Linux nft_chain_route). */

import { readInt32 } from '../bytes/index.ts'
import type { HookFunction, HookVerdictNumber, Packet } from '../packet/index.ts'
import { HookVerdict } from '../packet/index.ts'

/** Sum over what IPv4 and IPv6 look at: addresses, mark, type of service or traffic class, hop limit, flow label. */
function fingerprint(packet: Packet): string {
  const { bytes, start, mark } = packet
  const from = packet.family === 4 ? start + 12 : start + 8
  const to = packet.family === 4 ? start + 20 : start + 40
  const words: number[] = [
    mark,
    packet.family === 4 ? bytes[start + 1]! : readInt32(bytes, start),
    packet.family === 4 ? 0 : bytes[start + 7]!,
  ]
  for (let at = from; at < to; at += 4) words.push(readInt32(bytes, at))
  return words.join()
}

/** Of the walk: senders' interfaces, and whom to tell that there is no route. */
export interface Rerouter {
  /** Gives the packet another output. Drop: no route leads there. */
  reroute(packet: Packet): HookVerdictNumber
}

export function rerouting(run: HookFunction, rerouter: Rerouter): HookFunction {
  return (packet): HookVerdictNumber => {
    const before = fingerprint(packet)
    const verdict = run(packet)
    if (verdict !== HookVerdict.accept || fingerprint(packet) === before) return verdict
    return rerouter.reroute(packet)
  }
}
