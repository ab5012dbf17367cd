/** Media streams that a signalling protocol has announced: a datagram to the announced place, and its answer. */

import { answerDatagram, type Ends, sendDatagram } from '../packets/answer.ts'
import type { World } from '../world.ts'

/** Sends media once and, mostly, has it answered. */
export function* exchangeMedia(world: World, side: string, ends: Ends): Generator<void, void> {
  const arrivals = sendDatagram(world, side, ends, 'rtp')
  yield
  for (const arrival of arrivals) {
    if (!world.random.chance(0.7)) continue
    answerDatagram(world, arrival, 'rtp back')
    yield
  }
}
