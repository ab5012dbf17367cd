/** ICMP errors about packets that travelled here a moment ago: right, cut, quoting something else, or from strangers. */

import { addressText, parseAddress } from '../../../model/bytes/index.ts'
import { buildIcmp } from '../../../model/packet/index.ts'
import type { Random } from '../random.ts'
import { box, type Family, hosts } from '../topology.ts'
import type { Arrival, World } from '../world.ts'

/** Type, code and what stands in bytes 4 to 7, if not zero. */
interface ErrorKind {
  readonly type: number
  readonly code: number
  readonly rest?: readonly [upper: number, lower: number]
}

const RECENT = 12

/** Sends an error about one of the last packets, sent or emitted; nothing when there were none. */
export function sendError(world: World): Arrival[] {
  const { random } = world
  const source = random.chance(0.65) && world.emitted.length > 0 ? world.emitted : world.sent
  const recent = source.slice(-RECENT)
  if (recent.length === 0) return []
  const { device, bytes } = random.pick(recent)
  const version = bytes[0]! >>> 4
  if (version !== 4 && version !== 6) return []
  const addressesAt = version === 4 ? 12 : 8
  const length = version === 4 ? 4 : 16
  if (bytes.length < addressesAt + 2 * length) return []
  const from = addressText(bytes.slice(addressesAt, addressesAt + length))
  const to = addressText(bytes.slice(addressesAt + length, addressesAt + 2 * length))
  const kind = version === 4 ? icmpKind(random) : icmpv6Kind(random)
  return world.transmit(
    device,
    buildIcmp({
      from: random.pick([to, to, random.pick(hosts[version].wan), random.pick(hosts[version].lan)]),
      to: random.pick([from, from, from, from, from, from, random.pick(hosts[version].lan), box[version].wan]),
      type: kind.type,
      code: kind.code,
      identifier: kind.rest?.[0] ?? 0,
      sequence: kind.rest?.[1] ?? 0,
      payload: quoted(random, bytes, version),
      ...(random.chance(0.06) ? { checksum: 0x4321 } : {}),
    }),
  )
}

function icmpKind(random: Random): ErrorKind {
  const gateway = parseAddress(random.pick(hosts[4].wan)) ?? new Uint8Array(4)
  return random.pick<ErrorKind>([
    { type: 3, code: random.integer(0, 15) },
    { type: 3, code: 3 },
    { type: 3, code: 4, rest: [0, random.pick([0, 576, 1280])] },
    { type: 11, code: 0 },
    { type: 11, code: 1 },
    {
      type: 5,
      code: random.integer(0, 3),
      rest: [(gateway[0]! << 8) | gateway[1]!, (gateway[2]! << 8) | gateway[3]!],
    },
    { type: 12, code: 0 },
    { type: 12, code: 1 },
    { type: 4, code: 0 },
    { type: random.integer(0, 45), code: 0 },
  ])
}

function icmpv6Kind(random: Random): ErrorKind {
  return random.pick<ErrorKind>([
    { type: 1, code: random.integer(0, 7) },
    { type: 1, code: 4 },
    { type: 2, code: 0, rest: [0, 1280] },
    { type: 3, code: 0 },
    { type: 3, code: 1 },
    { type: 4, code: random.integer(0, 2) },
    { type: 137, code: 0 },
    { type: random.integer(0, 255), code: 0 },
  ])
}

/** What the error quotes: the packet, mostly right, often cut, sometimes turned round or with a wrong bit. */
function quoted(random: Random, bytes: Uint8Array, version: Family): Uint8Array {
  const inner = bytes.slice()
  if (random.chance(0.15)) {
    const at = random.integer(0, inner.length - 1)
    inner[at] = inner[at]! ^ (1 << random.integer(0, 7))
  }
  if (random.chance(0.1) && version === 4 && inner.length >= 20) {
    inner.set(bytes.subarray(16, 20), 12)
    inner.set(bytes.subarray(12, 16), 16)
  }
  const least = version === 4 ? 28 : 48
  const length = random.pick([inner.length, inner.length, least, least, 20, 24, 27, 40, 44, 8, 0, 60])
  return inner.slice(0, length)
}
