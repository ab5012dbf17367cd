/** TCP segments by somebody who knows the connection but not where it stands: other flags, numbers far off, wrong sums. */

import { readUint32 } from '../../../model/bytes/index.ts'
import { buildTcp, Protocol } from '../../../model/packet/index.ts'
import { readSeen } from '../packets/seen.ts'
import type { Arrival, World } from '../world.ts'

const flagChoices = ['R', 'RA', 'F', 'S', 'SA', 'A', 'FSPU', '', 'SF', 'PA', 'SR', 'UA']
const sequenceSteps = [0, 1, -1, 1000, 70_000, -70_000, 0x80000000]
const acknowledgmentSteps = [0, 1, -1, 5000, -5000, 0x80000000, 100_000]

export function forgeSegment(world: World, device: string, bytes: Uint8Array): Arrival[] {
  const { random } = world
  const seen = readSeen(bytes)
  if (seen?.protocol !== Protocol.tcp || seen.segment.length < 20) return []
  const forged = buildTcp({
    from: seen.from,
    to: seen.to,
    fromPort: seen.fromPort,
    toPort: seen.toPort,
    flags: random.pick(flagChoices),
    sequence: (readUint32(seen.segment, 4) + random.pick(sequenceSteps)) >>> 0,
    acknowledgment: (readUint32(seen.segment, 8) + random.pick(acknowledgmentSteps)) >>> 0,
    payload: random.pick(['', 'xxxxxxxxxx']),
    window: random.pick([0, 100, 65_535]),
    ...(random.chance(0.2) ? { checksum: 0x1234 } : {}),
  })
  return world.transmit(device, forged)
}
