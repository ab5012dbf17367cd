/** Datagrams, and answers to datagrams as the peer that received them saw them. */

import { buildUdp, Protocol } from '../../../model/packet/index.ts'
import type { Arrival, World } from '../world.ts'
import type { Seen } from './seen.ts'

/** Where a datagram goes from and to. */
export interface Ends {
  readonly from: string
  readonly fromPort: number
  readonly to: string
  readonly toPort: number
}

/** An arrival that could be read. */
export interface Read {
  readonly device: string
  readonly seen: Seen
}

/** Sends a datagram from a side; answers where it arrived on another, readable and of UDP. */
export function sendDatagram(world: World, side: string, ends: Ends, payload: string | Uint8Array): Read[] {
  const isSameFamily = ends.from.includes(':') === ends.to.includes(':')
  if (!isSameFamily) return []
  return readable(world.send(side, buildUdp({ ...ends, payload })), side, Protocol.udp)
}

/** Answers a datagram: from where it arrived to where it seems to come from, with what the answerer changes. */
export function answerDatagram(
  world: World,
  { device, seen }: Read,
  payload: string | Uint8Array,
  change: Partial<Ends> = {},
): Read[] {
  const ends = { from: seen.to, fromPort: seen.toPort, to: seen.from, toPort: seen.fromPort, ...change }
  return sendDatagram(world, device, ends, payload)
}

/** The arrivals on other sides than the sender's, of one protocol. */
export function readable(arrivals: readonly Arrival[], sender: string, protocol: number): Read[] {
  return arrivals.flatMap(({ device, seen }) =>
    seen?.protocol === protocol && device !== sender ? [{ device, seen }] : [],
  )
}
