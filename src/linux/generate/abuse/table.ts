/** What may happen to a packet on its way, by how often. The answer is what left the box because of the last packet sent. */

import { sides } from '../topology.ts'
import type { Arrival, World } from '../world.ts'
import { flipBit, shortenLife, trail, truncate } from './damage.ts'
import { forgeSegment } from './forged-segments.ts'
import { sendFragments } from './fragments.ts'
import { sendError } from './icmp-errors.ts'

type Abuse = (world: World, device: string, bytes: Uint8Array) => Arrival[]

const before =
  (first: Abuse): Abuse =>
  (world, device, bytes) => {
    first(world, device, bytes)
    return world.transmit(device, bytes)
  }

const repeat: Abuse = (world, device, bytes) => world.transmit(device, bytes)
const lose: Abuse = () => []
const misdirect: Abuse = (world, _, bytes) => world.transmit(world.random.pick(sides), bytes)

const sendThenError: Abuse = (world, device, bytes) => {
  const arrivals = world.transmit(device, bytes)
  sendError(world)
  return arrivals
}

const abuses: readonly (readonly [weight: number, abuse: Abuse])[] = [
  [3, before(repeat)],
  [3, sendFragments],
  [2, before(flipBit)],
  [2, before(truncate)],
  [1, trail],
  [1, before(shortenLife)],
  [1, before(misdirect)],
  [1, lose],
  [4, sendThenError],
  [2, before(forgeSegment)],
]

export const abuse: Abuse = (world, device, bytes) => world.random.pickWeighted(abuses)(world, device, bytes)
