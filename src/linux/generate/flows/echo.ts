/** Echo requests, and for IPv4 the other questions of ICMP, with their answers. */

import { readUint16 } from '../../../model/bytes/index.ts'
import { buildIcmp, Protocol } from '../../../model/packet/index.ts'
import type { Flow } from '../flow.ts'
import { pickPath } from '../topology.ts'

const questions4 = [13, 17, 15, 8, 0, 14] as const
/** The answer's type by the question's; 0 for all others. */
const answers: Readonly<Record<number, number>> = { 8: 0, 13: 14, 17: 18, 15: 16, 128: 129 }

export const echo: Flow = function* (world) {
  const { random } = world
  const path = pickPath(random)
  const identifier = random.pick([7, 8, random.integer(0, 65_535)])
  for (let sequence = 0; sequence < random.integer(1, 3); sequence++) {
    const isOther = path.family === 4 && random.chance(0.15)
    const arrivals = world.send(
      path.clientSide,
      buildIcmp({
        from: path.client,
        to: path.server,
        type: isOther ? random.pick(questions4) : path.family === 4 ? 8 : 128,
        code: isOther ? random.pick([0, 0, 3]) : 0,
        identifier,
        sequence,
        payload: isOther ? new Uint8Array(12) : 'ping',
      }),
    )
    yield
    for (const { device, seen } of arrivals) {
      const isEcho = seen?.protocol === Protocol.icmp || seen?.protocol === Protocol.icmpv6
      if (!seen || !isEcho || device === path.clientSide || seen.segment.length < 8) continue
      world.send(
        device,
        buildIcmp({
          from: seen.to,
          to: seen.from,
          type: answers[seen.segment[0]!] ?? 0,
          code: random.pick([0, 0, 0, 1]),
          identifier: readUint16(seen.segment, 4),
          sequence: readUint16(seen.segment, 6),
          payload: seen.payload,
        }),
      )
      yield
    }
  }
}
